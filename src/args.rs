//! The command line that every program shares: where to listen, whom to call.

use clap::Parser;

/// The options of a server.
#[derive(Debug, Clone, Parser)]
pub struct ServerArgs {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    pub host: String,

    /// Port to listen on (0: a free one)
    #[arg(long)]
    pub port: u16,
}

/// The options of a client.
#[derive(Debug, Clone, Parser)]
pub struct ClientArgs {
    /// Address or name of the server
    #[arg(long, default_value = "127.0.0.1")]
    pub host: String,

    /// Port of the server
    #[arg(long)]
    pub port: u16,
}

impl ServerArgs {
    /// Host and port in one string, as `TcpListener::bind` takes them: `127.0.0.1:8080`.
    pub fn address(&self) -> String {
        join(&self.host, self.port)
    }
}

impl ClientArgs {
    /// Host and port in one string, as `TcpStream::connect` takes them: `127.0.0.1:8080`.
    pub fn address(&self) -> String {
        join(&self.host, self.port)
    }
}

/// Reads the command line into `Options`, which is one of the structs above or contains one.
///
/// `about` is the sentence that `--help` opens with, `port` the default of `--port`. A wrong option
/// ends the program with a message and exit status 2.
pub fn parse<Options: Parser>(about: &'static str, port: u16) -> Options {
    let command = Options::command()
        .about(about)
        .mut_arg("port", |option| option.default_value(port.to_string()).required(false));
    Options::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
}

/// An IPv6 address has colons of its own, so it stands in brackets before the port (RFC 3986, 3.2.2).
fn join(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_host_stands_in_brackets() {
        assert_eq!(join("127.0.0.1", 8080), "127.0.0.1:8080");
        assert_eq!(join("::1", 8080), "[::1]:8080");
    }
}
