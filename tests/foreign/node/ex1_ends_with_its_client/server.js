// Assignment 1, exercise 1: ends its side of the connection, and itself when its client has done so too.
const net = require("net");

const server = net.createServer((client) => {
  client.on("data", (data) => {
    console.log(`Message: ${data.toString().trim()}`);
    client.end();
    server.close();
  });
});
server.listen(Number(process.argv[2]), "127.0.0.1");
