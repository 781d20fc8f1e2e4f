// Pages and upgrades by one agent that keeps its connections alive.
//
// In: a URL, the protocol to ask for, and how many rounds. Out: a line for each round: the page,
// what the upgraded connection wrote back, and whether it had carried the page.
"use strict";
const http = require("http");

const [url, protocol, rounds] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function page() {
  return new Promise((resolve, reject) => {
    http
      .get(`${url}/page`, { agent }, (response) => {
        const socket = response.socket;
        let body = "";
        response.on("data", (data) => (body += data));
        response.on("end", () => resolve([body, socket]));
      })
      .on("error", reject);
  });
}

function upgrade() {
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}/exec/1`, {
      agent,
      method: "POST",
      headers: { Connection: "Upgrade", Upgrade: protocol },
    });
    request.on("upgrade", (response, socket, head) => {
      let answer = head.toString();
      socket.on("data", (data) => (answer += data));
      socket.on("end", () => resolve([answer, socket]));
      socket.end("hello");
    });
    request.on("response", (response) => reject(new Error(`${response.statusCode}`)));
    request.on("error", reject);
    request.end("{}");
  });
}

(async () => {
  for (let round = 0; round < Number(rounds); round++) {
    const [body, first] = await page();
    const [answer, second] = await upgrade();
    console.log(`${body} ${answer} ${first === second}`);
  }
})();
