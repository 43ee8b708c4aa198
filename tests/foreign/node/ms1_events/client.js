// Milestone 1: what is typed goes out, what comes in is shown, whichever is first.
const net = require("net");
const readline = require("readline");

const socket = net.connect(Number(process.argv[2]), "127.0.0.1", () => {
  const user = readline.createInterface({ input: process.stdin });
  console.log("enter your message:");
  user.on("line", (line) => socket.write(line));
  socket.on("data", (data) => console.log("server says", data.toString().trim()));
  socket.on("end", () => {
    user.close();
    socket.end();
  });
});
