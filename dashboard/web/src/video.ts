/** Live pictures: access units from a WebSocket into WebCodecs onto a canvas; only the newest picture is ever drawn. */
import { codecOf, unpack, type AccessUnit } from "./h264";

/** `capturedUs` of the picture shown, by the box's clock; null before the first. `text`: why there is none. */
export interface Shown {
  state: "connecting" | "playing" | "lost" | "unsupported";
  text: string;
  capturedUs: number | null;
}

/** With more undecoded units (a newcomer gets a second of them at once) it skips to the next key frame. */
const QUEUE_MAX = 16;
const RETRY_MS = 1500;

interface Screen {
  show: (frame: VideoFrame) => void;
  close: () => void;
}

function screen(canvas: HTMLCanvasElement, drawn: (capturedUs: number) => void): Screen {
  let newest: VideoFrame | null = null;
  let request = 0;
  let over = false;
  const draw = (): void => {
    request = 0;
    if (!newest) return;
    if (canvas.width !== newest.displayWidth) canvas.width = newest.displayWidth;
    if (canvas.height !== newest.displayHeight) canvas.height = newest.displayHeight;
    canvas.getContext("2d")?.drawImage(newest, 0, 0);
    drawn(newest.timestamp);
    newest.close();
    newest = null;
  };
  return {
    show: (frame) => {
      if (over) {
        frame.close();
        return;
      }
      newest?.close();
      newest = frame;
      request ||= requestAnimationFrame(draw);
    },
    close: () => {
      over = true;
      cancelAnimationFrame(request);
      newest?.close();
    },
  };
}

/** Plays until the returned function is called. */
export function play(canvas: HTMLCanvasElement, edge: string, camera: string, say: (shown: Shown) => void): () => void {
  if (!("VideoDecoder" in window)) {
    say({
      state: "unsupported",
      text: "This browser cannot decode live video (WebCodecs is missing)",
      capturedUs: null,
    });
    return () => undefined;
  }
  let over = false;
  let capturedUs: number | null = null;
  let socket: WebSocket | null = null;
  const view = screen(canvas, (us) => {
    capturedUs = us;
    say({ state: "playing", text: "", capturedUs });
  });
  const open = (): void => {
    const decode = decoding(view, (text) => say({ state: "lost", text, capturedUs }));
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(
      `${scheme}://${location.host}/api/video/${encodeURIComponent(edge)}/${encodeURIComponent(camera)}`,
    );
    socket.binaryType = "arraybuffer";
    socket.onmessage = (message: MessageEvent<ArrayBuffer>) => {
      const unit = unpack(message.data);
      if (unit) decode.take(unit);
    };
    socket.onclose = () => {
      decode.close();
      if (over) return;
      say({ state: "lost", text: "Video connection lost, reconnecting", capturedUs });
      setTimeout(() => {
        if (!over) open();
      }, RETRY_MS);
    };
  };
  say({ state: "connecting", text: "Waiting for the camera", capturedUs });
  open();
  return () => {
    over = true;
    socket?.close();
    view.close();
  };
}

/** Feeds a decoder; begins, and begins anew after an error or a jam, at a key frame. */
function decoding(
  view: Screen,
  failed: (text: string) => void,
): { take: (unit: AccessUnit) => void; close: () => void } {
  let decoder: VideoDecoder | null = null;
  let codec = "";
  let waiting = true;
  const fresh = (): VideoDecoder =>
    new VideoDecoder({
      output: view.show,
      error: (error) => {
        failed(`Picture damaged: ${error.message}`);
        decoder = null;
        waiting = true;
      },
    });
  const take = (unit: AccessUnit): void => {
    if (decoder && decoder.decodeQueueSize > QUEUE_MAX) waiting = true;
    if (waiting && !unit.key) return;
    if (unit.key) {
      const found = codecOf(unit.data);
      if (waiting && decoder?.state === "configured") decoder.reset();
      if (found && (!decoder || decoder.state !== "configured" || found !== codec)) {
        decoder ??= fresh();
        decoder.configure({ codec: found, optimizeForLatency: true });
        codec = found;
      }
      waiting = decoder === null;
    }
    decoder?.decode(
      new EncodedVideoChunk({ type: unit.key ? "key" : "delta", timestamp: unit.capturedUs, data: unit.data }),
    );
  };
  return {
    take,
    close: () => {
      if (decoder && decoder.state !== "closed") decoder.close();
    },
  };
}
