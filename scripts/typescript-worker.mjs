/** Preloaded in workers that are TypeScript: tsx by itself serves main threads only. */
import { register } from "tsx/esm/api";

register();
