/** H.264 as it comes off the wire (wire/video.py): a 10-byte header, then one access unit in Annex B form. Pure. */

const VERSION = 1;
const HEADER = 10;
const NAL_SPS = 7;

/** `capturedUs`: microseconds since 1970 by the box's clock. */
export interface AccessUnit {
  capturedUs: number;
  key: boolean;
  data: Uint8Array;
}

/** null on another version or a payload shorter than its header. */
export function unpack(payload: ArrayBuffer): AccessUnit | null {
  if (payload.byteLength <= HEADER) return null;
  const view = new DataView(payload);
  if (view.getUint8(0) !== VERSION) return null;
  return {
    key: view.getUint8(1) === 1,
    capturedUs: Number(view.getBigUint64(2)),
    data: new Uint8Array(payload, HEADER),
  };
}

/** "avc1.42C01E" from the first SPS (ISO 14496-15, 5.3.3: profile, constraints, level); null without one. */
export function codecOf(data: Uint8Array): string | null {
  for (let i = 0; i + 6 < data.length; i += 1) {
    if (data[i] !== 0 || data[i + 1] !== 0 || data[i + 2] !== 1 || ((data[i + 3] ?? 0) & 31) !== NAL_SPS) continue;
    const hex = [...data.subarray(i + 4, i + 7)].map((byte) => byte.toString(16).padStart(2, "0"));
    return `avc1.${hex.join("").toUpperCase()}`;
  }
  return null;
}
