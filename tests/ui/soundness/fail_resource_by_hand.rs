// In a guest the address that a resource tells is dereferenced.
use std::any::Any;
use std::sync::Arc;
use tairitsu::Resource;
use tairitsu::schema::{self, Role};

struct Forged;

impl Resource for Forged {
    const RESOURCE: &'static schema::Resource = &schema::Resource::__new("forged", "", "a:b/forged", Role::Export);

    fn any(this: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        this
    }
}

fn main() {}
