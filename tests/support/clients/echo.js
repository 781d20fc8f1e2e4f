// One message to an echo server and back, by the package ws.
//
// In: a URL, a subprotocol and a message. Out: the subprotocol and the extensions that were
// agreed and what came back, a line each; the exit status is 0 after a clean close.
"use strict";
const WebSocket = require("ws");

const [url, subprotocol, message] = process.argv.slice(2);
const socket = new WebSocket(url, subprotocol, {
  // ws compresses nothing shorter than its threshold.
  perMessageDeflate: { threshold: 0 },
});
socket.on("open", () => socket.send(message));
socket.on("message", (data) => {
  console.log(socket.protocol);
  console.log(socket.extensions);
  console.log(data.toString());
  socket.close(1000);
});
socket.on("close", (code) => {
  process.exitCode = code === 1000 ? 0 : 1;
});
