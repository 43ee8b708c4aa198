// Milestone 1 with events: each connection has its own, so none waits for another.
const net = require("net");

const clients = new Map();
let lastId = 0;

net.createServer((socket) => {
  const id = ++lastId;
  clients.set(id, socket);
  console.log(`client ${id} connected`);
  socket.on("data", (data) => {
    const message = data.toString().trim();
    if (message.includes("CLOSE SOCKET")) {
      socket.end("Goodbye!\n");
    } else {
      socket.write(message.toUpperCase() + "\r\n");
    }
  });
  socket.on("error", (error) => console.log(`client ${id}: ${error.message}`));
  socket.on("close", () => clients.delete(id));
}).listen(Number(process.argv[2]), "127.0.0.1");
