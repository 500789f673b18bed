// The formats, by the names that options and descriptions use.
export const formatNames = ["csv", "npy", "npz", "ply", "png", "jpeg", "webp", "dicom", "idx"] as const;

export type FormatName = (typeof formatNames)[number];
