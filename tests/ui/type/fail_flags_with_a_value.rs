tairitsu::flags! {
    pub struct Access {
        const READ = 1;
    }
}

fn main() {}
