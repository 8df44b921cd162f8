import { defineConfig } from "vite";

const room = process.env["AIRBEAT_ROOM"] ?? "http://127.0.0.1:8700";

export default defineConfig({
  // Everything is served by the control room itself: a console on a closed network must not reach for another host.
  build: { target: "es2023", sourcemap: false, chunkSizeWarningLimit: 1600 },
  server: { host: "127.0.0.1", proxy: { "/api": { target: room, ws: true }, "/healthz": room } },
});
