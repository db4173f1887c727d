//! A contract before it grew, and a guest of it.

/// A record with another record in it.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// The name.
    pub name: String,
    /// Where it lives.
    pub home: Home,
}

/// Inside a record.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Home {
    /// The city.
    pub city: String,
}

/// A variant with a case for later ones.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Its radius.
    Circle(f64),
    /// The person's own.
    Own(Person),
    /// Any other.
    #[wit(other)]
    Unknown(String),
}

/// An enum without such a case.
#[tairitsu::wit]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// The first.
    Red,
    /// The last.
    Green,
}

tairitsu::flags! {
    /// Flags.
    pub struct Rights {
        /// To read.
        const READ;
        /// To write.
        const WRITE;
    }
}

/// A resource.
#[tairitsu::resource(guest, package = "test:ages@1.0.0")]
pub trait Badge {
    /// Made of a person.
    fn new(person: Person) -> Self;
    /// Whose it is.
    fn whose(&self) -> Person;
}

/// What the host calls.
#[tairitsu::guest(package = "test:ages@1.0.0", uses = [Badge])]
pub trait Ages {
    /// A person, as the guest has got it.
    fn seen(&mut self, person: Person) -> String;
    /// The same person.
    fn echo(&mut self, person: &Person) -> Person;
    /// Persons in lists, options, results and tuples.
    fn deep(&mut self, people: Vec<Option<Person>>, more: (u8, Result<Person, String>)) -> Result<Vec<Person>, Person>;
    /// The person of this number.
    fn make(&mut self, number: u32) -> Person;
    /// The same shape.
    fn same_shape(&mut self, shape: Shape) -> Shape;
    /// The shape of this number.
    fn make_shape(&mut self, number: u32) -> Shape;
    /// The same color.
    fn same_color(&mut self, color: Color) -> Color;
    /// The color of this number.
    fn make_color(&mut self, number: u32) -> Color;
    /// The same rights.
    fn same_rights(&mut self, rights: Rights) -> Rights;
    /// Has the host keep the person of this number.
    fn tell(&mut self, number: u32) -> Result<Person, String>;
    /// Has the host draw the shape of this number.
    fn draw(&mut self, number: u32) -> Shape;
    /// The badge of a person that a badge is of.
    fn renew(&mut self, badge: &tairitsu::Own<dyn Badge>, person: Person) -> tairitsu::Own<dyn Badge>;
    /// Nothing of it grows.
    fn plain(&mut self, text: &str) -> String;
}

/// What the guest calls.
#[tairitsu::host(package = "test:ages@1.0.0")]
pub trait Desk {
    /// Keeps a person.
    fn keep(&mut self, person: Person) -> Result<Person, String>;
    /// Draws a shape.
    fn draw(&mut self, shape: Shape) -> Shape;
}

/// The guest.
#[derive(Default)]
pub struct Guest;

/// The resource's type.
pub struct Owned(Person);

#[tairitsu::resource]
impl Badge for Owned {
    fn new(person: Person) -> Self {
        Self(person)
    }

    fn whose(&self) -> Person {
        self.0.clone()
    }
}

#[tairitsu::guest]
impl Ages for Guest {
    fn seen(&mut self, person: Person) -> String {
        format!("{person:?}")
    }

    fn echo(&mut self, person: &Person) -> Person {
        person.clone()
    }

    fn deep(&mut self, people: Vec<Option<Person>>, more: (u8, Result<Person, String>)) -> Result<Vec<Person>, Person> {
        match more {
            (0, Ok(person)) => Err(person),
            (_, last) => Ok(people.into_iter().flatten().chain(last.ok()).collect()),
        }
    }

    fn make(&mut self, _: u32) -> Person {
        Person { name: "Ada".into(), home: Home { city: "Paris".into() } }
    }

    fn same_shape(&mut self, shape: Shape) -> Shape {
        shape
    }

    fn make_shape(&mut self, _: u32) -> Shape {
        Shape::Circle(1.0)
    }

    fn same_color(&mut self, color: Color) -> Color {
        color
    }

    fn make_color(&mut self, _: u32) -> Color {
        Color::Green
    }

    fn same_rights(&mut self, rights: Rights) -> Rights {
        rights
    }

    fn tell(&mut self, number: u32) -> Result<Person, String> {
        let person = self.make(number);
        tairitsu::Host.keep(person)
    }

    fn draw(&mut self, number: u32) -> Shape {
        let shape = self.make_shape(number);
        Desk::draw(&mut tairitsu::Host, shape)
    }

    fn renew(&mut self, _: &tairitsu::Own<dyn Badge>, person: Person) -> tairitsu::Own<dyn Badge> {
        Owned(person).into()
    }

    fn plain(&mut self, text: &str) -> String {
        text.into()
    }
}
