/** A mark as it looks on the car: black on yellow. */
import { spaced } from "./format";

export const Plate = ({ vrm, size = "normal" }: { vrm: string; size?: "small" | "normal" | "big" }) => (
  <span class={`plate plate-${size}`}>{spaced(vrm)}</span>
);
