import { echo, serveFast } from "./fast-server.ts";

serveFast(echo);
