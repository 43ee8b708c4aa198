// Assignment 1, exercises 2 and 4 (`loop`): what is typed before the question is asked is lost.
const net = require("net");
const readline = require("readline");

const user = readline.createInterface({ input: process.stdin, output: process.stdout });
const [port, loop] = process.argv.slice(2);

function ask() {
  user.question("Message: ", (message) => {
    socket.write(message);
    if (loop && message === "end") close();
  });
}

function close() {
  socket.end();
  user.close();
}

const socket = net.createConnection({ host: "127.0.0.1", port: Number(port) }, ask);
socket.on("data", (data) => {
  console.log("Reply:", data.toString());
  if (loop) ask();
  else close();
});
