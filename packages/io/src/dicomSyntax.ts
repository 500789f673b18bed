// The transfer syntaxes that are read, and which codec each names (PS3.5, 10 and annex A; PS3.6, annex A).

/** How pixels are compressed. */
export type DicomCodec = "none" | "rle" | "jpeg" | "jpegLossless" | "jpegLs" | "jpeg2000";

export const bigEndianSyntax = "1.2.840.10008.1.2.2";
export const deflatedSyntax = "1.2.840.10008.1.2.1.99";

export const dicomSyntaxes: Readonly<Record<string, DicomCodec>> = {
  "1.2.840.10008.1.2": "none", // implicit little endian
  "1.2.840.10008.1.2.1": "none", // explicit little endian
  [deflatedSyntax]: "none", // deflated little endian
  [bigEndianSyntax]: "none", // explicit big endian
  "1.2.840.10008.1.2.5": "rle", // RLE
  "1.2.840.10008.1.2.4.50": "jpeg", // baseline JPEG
  "1.2.840.10008.1.2.4.51": "jpeg", // extended JPEG
  "1.2.840.10008.1.2.4.57": "jpegLossless", // lossless JPEG
  "1.2.840.10008.1.2.4.70": "jpegLossless", // lossless JPEG, first-order
  "1.2.840.10008.1.2.4.80": "jpegLs", // JPEG-LS
  "1.2.840.10008.1.2.4.81": "jpegLs", // near-lossless JPEG-LS
  "1.2.840.10008.1.2.4.90": "jpeg2000", // lossless JPEG 2000
  "1.2.840.10008.1.2.4.91": "jpeg2000", // JPEG 2000
  "1.2.840.10008.1.2.4.201": "jpeg2000", // lossless high-throughput JPEG 2000
  "1.2.840.10008.1.2.4.202": "jpeg2000", // lossless high-throughput JPEG 2000, RPCL
  "1.2.840.10008.1.2.4.203": "jpeg2000", // high-throughput JPEG 2000
};
