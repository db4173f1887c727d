// A struct with one field crosses as the field, and a struct with several fields as a tuple. Neither has a name in WIT.

#[tairitsu::wit]
pub struct Port(pub u16);

#[tairitsu::wit]
pub struct Pair(i32, String);

#[tairitsu::wit]
pub struct Wrapper<T>(pub Vec<T>);

#[tairitsu::wit]
pub struct Both<A, B>(A, #[wit(as = String, to = |b| b.to_string(), from = |text| text.parse().map_err(|_| "bad"))] B)
where
    B: std::str::FromStr + std::fmt::Display;

#[tairitsu::wit]
pub struct Workers(#[wit(as = u32)] std::num::NonZeroU32);

#[tairitsu::wit]
pub struct Block<const N: usize>(pub [u8; N]);

#[tairitsu::wit(as = Vec<u8>)]
#[derive(Clone)]
pub struct Bytes<const N: usize>([u8; N]);

impl<const N: usize> From<Bytes<N>> for Vec<u8> {
    fn from(bytes: Bytes<N>) -> Vec<u8> {
        bytes.0.to_vec()
    }
}

impl<const N: usize> TryFrom<Vec<u8>> for Bytes<N> {
    type Error = String;

    fn try_from(bytes: Vec<u8>) -> Result<Self, String> {
        bytes.try_into().map(Bytes).map_err(|_| "another length".into())
    }
}

#[tairitsu::wit(package = "acme:net@1.0.0")]
pub mod net {
    #[tairitsu::wit]
    pub struct Host(pub String);

    #[tairitsu::wit]
    pub struct Peer {
        pub host: Host,
        pub port: super::Port,
    }
}

#[tairitsu::resource(guest, package = "acme:net@1.0.0")]
pub trait Socket {
    fn send(&self, text: &str);
}

#[tairitsu::wit]
pub struct Handle(tairitsu::Own<dyn Socket>);

#[tairitsu::guest(package = "acme:net@1.0.0", uses = [net, Socket])]
pub trait Net {
    fn listen(&mut self, port: Port, pair: &Pair) -> Wrapper<Port>;
    fn connect(&mut self, peer: &net::Peer, workers: Workers, both: Both<u8, u64>) -> net::Host;
    fn blocks(&self, block: Block<4>, bytes: Bytes<4>);
    fn with(&self, handle: &Handle, given: Handle);
}

fn main() {
    let wit = Net.wit();
    for line in [
        "listen: func(port: u16, pair: tuple<s32, string>) -> list<u16>;",
        "connect: func(peer: peer, workers: u32, both: tuple<u8, string>) -> string;",
        "blocks: func(block: list<u8>, bytes: list<u8>);",
        "with: func(handle: borrow<socket>, given: socket);",
        "record peer {\n    host: string,\n    port: u16,\n  }",
    ] {
        assert!(wit.contains(line), "{line}\n{wit}");
    }
}
