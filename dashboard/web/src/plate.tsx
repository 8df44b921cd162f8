/** A mark as it looks on the car, black on yellow; `plain` where it is one of many and must not call for the eye. */
import { spaced } from "./format";

interface Props {
  vrm: string;
  size?: "small" | "normal" | "big";
  plain?: boolean;
}

export const Plate = ({ vrm, size = "normal", plain = false }: Props) => (
  <span class={`plate plate-${size} ${plain ? "plate-plain" : ""}`}>{spaced(vrm)}</span>
);
