// Node's ws with an empty server, which does not compress unless asked to.
// In: the command line `PORT`.
"use strict";

const { WebSocketServer } = require("ws");

new WebSocketServer({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 2048 });
