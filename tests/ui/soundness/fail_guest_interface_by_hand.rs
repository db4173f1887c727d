// A client calls functions with the types that were checked, so nobody else makes one.
use tairitsu::__private::{Client, GuestInterface, ResolveError, Resolver};

#[tairitsu::host]
trait Clock {
    fn now(&self) -> u64;
}

impl GuestInterface for dyn Clock {
    type Client<'c> = Client<'c>;

    fn resolve(_: &mut Resolver<'_>) -> Result<(), ResolveError> {
        Ok(())
    }

    fn client(client: Client<'_>) -> Client<'_> {
        client
    }
}

fn main() {}
