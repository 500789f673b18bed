// The transfer syntaxes that are read, and which codec each names (PS3.5, 10 and annex A; PS3.6, annex A).

/** How pixels are compressed. */
export type DicomCodec = "none" | "rle" | "jpeg" | "jpegLossless" | "jpegLs" | "jpeg2000";

export interface DicomSyntax {
  readonly name: string;
  readonly codec: DicomCodec;
}

export const bigEndianSyntax = "1.2.840.10008.1.2.2";
export const deflatedSyntax = "1.2.840.10008.1.2.1.99";

export const dicomSyntaxes: Readonly<Record<string, DicomSyntax>> = {
  "1.2.840.10008.1.2": { name: "implicit little endian", codec: "none" },
  "1.2.840.10008.1.2.1": { name: "explicit little endian", codec: "none" },
  [deflatedSyntax]: { name: "deflated little endian", codec: "none" },
  [bigEndianSyntax]: { name: "explicit big endian", codec: "none" },
  "1.2.840.10008.1.2.5": { name: "RLE", codec: "rle" },
  "1.2.840.10008.1.2.4.50": { name: "baseline JPEG", codec: "jpeg" },
  "1.2.840.10008.1.2.4.51": { name: "extended JPEG", codec: "jpeg" },
  "1.2.840.10008.1.2.4.57": { name: "lossless JPEG", codec: "jpegLossless" },
  "1.2.840.10008.1.2.4.70": { name: "lossless JPEG, first-order", codec: "jpegLossless" },
  "1.2.840.10008.1.2.4.80": { name: "JPEG-LS", codec: "jpegLs" },
  "1.2.840.10008.1.2.4.81": { name: "near-lossless JPEG-LS", codec: "jpegLs" },
  "1.2.840.10008.1.2.4.90": { name: "lossless JPEG 2000", codec: "jpeg2000" },
  "1.2.840.10008.1.2.4.91": { name: "JPEG 2000", codec: "jpeg2000" },
  "1.2.840.10008.1.2.4.201": { name: "lossless high-throughput JPEG 2000", codec: "jpeg2000" },
  "1.2.840.10008.1.2.4.202": { name: "lossless high-throughput JPEG 2000, RPCL", codec: "jpeg2000" },
  "1.2.840.10008.1.2.4.203": { name: "high-throughput JPEG 2000", codec: "jpeg2000" },
};
