//! The contract of the older guest after it grew, and a guest of it.

/// A record with another record in it.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// The name.
    pub name: String,
    /// What friends say.
    #[wit(since = "1.1.0")]
    pub nickname: Option<String>,
    /// How often.
    #[wit(since = "1.1.0", default = 5)]
    pub retries: u32,
    #[wit(since = "1.1.0", default = Mood::Calm, lossy)]
    /// Of today.
    pub mood: Mood,
    /// Where it lives.
    pub home: Home,
}

/// A type that is new.
#[tairitsu::wit(since = "1.1.0")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// The first.
    Angry,
    /// The usual.
    Calm,
}

/// Inside a record.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Home {
    /// The city.
    pub city: String,
    /// The code.
    #[wit(since = "1.1.0")]
    pub zip: Option<u32>,
}

/// A variant with a case for later ones.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Its radius.
    Circle(f64),
    /// Its sides.
    #[wit(since = "1.1.0")]
    Square(f64),
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
    /// A new one.
    #[wit(since = "1.1.0")]
    Blue,
}

tairitsu::flags! {
    /// Flags.
    pub struct Rights {
        /// To read.
        const READ;
        /// To write.
        const WRITE;
        /// To own.
        #[wit(since = "1.1.0")]
        const OWN;
        /// To look at.
        #[wit(since = "1.1.0", lossy)]
        const LOOK;
    }
}

/// A resource.
#[tairitsu::resource(guest, package = "test:ages@1.1.0")]
pub trait Badge {
    /// Made of a person.
    fn new(person: Person) -> Self;
    /// Whose it is.
    fn whose(&self) -> Person;
}

/// What the host calls.
#[tairitsu::guest(package = "test:ages@1.1.0", uses = [Badge])]
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
    /// A function that is new.
    #[wit(since = "1.1.0")]
    fn later(&mut self, person: Person) -> Person {
        self.echo(&person)
    }
}

/// What the guest calls.
#[tairitsu::host(package = "test:ages@1.1.0")]
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

    fn make(&mut self, number: u32) -> Person {
        Person {
            name: "Ada".into(),
            nickname: (number == 1).then(|| "A".into()),
            retries: if number == 2 { 6 } else { 5 },
            mood: if number == 3 { Mood::Angry } else { Mood::Calm },
            home: Home { city: "Paris".into(), zip: (number == 4).then_some(75) },
        }
    }

    fn same_shape(&mut self, shape: Shape) -> Shape {
        shape
    }

    fn make_shape(&mut self, number: u32) -> Shape {
        match number {
            0 => Shape::Circle(1.0),
            1 => Shape::Square(2.0),
            number => Shape::Own(self.make(number - 1)),
        }
    }

    fn same_color(&mut self, color: Color) -> Color {
        color
    }

    fn make_color(&mut self, number: u32) -> Color {
        if number == 0 { Color::Green } else { Color::Blue }
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
