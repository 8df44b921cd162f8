/** The entry: fonts, styles, the one tree. */
import "@fontsource-variable/inter/wght.css";
import "maplibre-gl/dist/maplibre-gl.css";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/incident.css";
import "./styles/aircraft.css";
import "./styles/map.css";
import { render } from "preact";
import { App } from "./app";

render(<App />, document.getElementById("console") as HTMLElement);
