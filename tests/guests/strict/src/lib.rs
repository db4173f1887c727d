//! What the attributes write is nobody's concern: each lint here would be an error.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]

pub mod names;

#[tairitsu::wit]
pub mod goods {
    //! A module of types, whose name is that of a parameter.

    /// A thing.
    #[tairitsu::wit]
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Item {
        /// How many.
        pub count: u32,
        /// An older word for it.
        #[deprecated = "use `count`"]
        pub number: Option<u32>,
        /// With attributes under conditions.
        #[cfg_attr(all(), doc = "A condition that holds.")]
        #[cfg_attr(any(), serde(rename = "never"))]
        pub note: String,
    }

    /// A choice.
    #[tairitsu::wit]
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Choice {
        /// An older one.
        #[deprecated]
        Old(u32),
        /// One with a condition on its docs.
        #[cfg_attr(all(), doc = "A condition that holds.")]
        New,
    }

    tairitsu::flags! {
        /// Some flags.
        pub struct Marks {
            /// One.
            const ONE;
            /// Another.
            #[deprecated]
            const TWO;
        }
    }
}

/// Types that grow.
#[tairitsu::wit(package = "test:growth@1.2.0")]
pub mod growth {
    /// A color.
    #[tairitsu::wit]
    #[derive(Clone, Debug, PartialEq)]
    pub enum Color {
        /// As blood.
        Red,
        #[doc = include_str!("notes.md")]
        #[wit(since = "1.1.0")]
        Blue,
        /// As none of them.
        #[wit(other)]
        Unknown,
    }

    /// A shape.
    #[tairitsu::wit]
    #[derive(Clone, Debug, PartialEq)]
    pub enum Shape {
        /// Round.
        Circle(f64),
        /// With corners.
        #[wit(since = "1.1.0")]
        Box {
            /// From left to right.
            width: f64,
            /// From top to bottom.
            #[wit(since = "1.2.0", default = 1.0)]
            height: f64,
        },
        /// Another one, by its name.
        #[wit(since = "1.2.0", other)]
        Unknown(String),
    }

    /// A person.
    #[tairitsu::wit(since = "1.0.0")]
    #[derive(Clone, Debug, PartialEq)]
    pub struct Person {
        /// The name.
        pub name: String,
        /// What friends say.
        ///
        /// They are few.
        #[wit(since = "1.1.0")]
        pub nickname: Option<String>,
        #[doc = include_str!("notes.md")]
        #[wit(since = "1.1.0", default = -5)]
        pub balance: i32,
        #[allow(missing_docs)]
        #[wit(since = "1.2.0-rc.1", default = Color::Red, lossy)]
        pub color: Color,
        #[doc = include_str!("notes.md")]
        /// More of it.
        #[wit(since = "1.2.0", default = [])]
        pub shapes: Vec<Shape>,
        /// Said at first.
        #[wit(since = "1.2.0", default = "a \"`b`\"\n")]
        pub motto: String,
    }

    tairitsu::flags! {
        /// Rights.
        #[wit(since = "1.1.0")]
        pub struct Rights {
            /// To read.
            const READ;
            /// To write.
            #[wit(since = "1.2.0", lossy)]
            const WRITE;
        }
    }
}

/// An interface that grows.
#[tairitsu::guest(package = "test:growth@1.2.0", uses = growth)]
pub trait Office {
    /// Hires.
    fn hire(&mut self, person: growth::Person) -> growth::Person;
    /// What is allowed, since later.
    #[wit(since = "1.1.0")]
    fn allowed(&self) -> growth::Rights {
        growth::Rights::empty()
    }
    #[allow(missing_docs)]
    #[wit(since = "1.2.0")]
    fn undocumented(&self) -> u32;
}

#[tairitsu::guest]
impl Office for Stall {
    fn hire(&mut self, person: growth::Person) -> growth::Person {
        person
    }

    fn allowed(&self) -> growth::Rights {
        growth::Rights::READ
    }

    fn undocumented(&self) -> u32 {
        1
    }
}

/// A resource of the guest.
#[tairitsu::resource(guest)]
pub trait Pen {
    /// A pen.
    #[must_use]
    fn new(ink: u32) -> Self;
    /// What it has left.
    fn left(&self) -> u32;
    /// An older function.
    #[deprecated]
    fn rest(&self) -> u32;
}

/// A resource of the host.
#[tairitsu::resource(host)]
pub trait Paper {
    /// How large it is.
    fn size(&self) -> u32;
    /// An older function.
    #[deprecated]
    fn area(&self) -> u32;
}

#[doc = include_str!("notes.md")]
#[tairitsu::host(uses = [goods, Paper])]
pub trait Journal {
    #[doc = include_str!("notes.md")]
    fn record(&mut self, entry: &str) -> u32;
    /// An older function.
    #[deprecated(since = "0.1.0", note = "use `record`")]
    fn note(&mut self, entry: String);
    /// With attributes under conditions.
    #[cfg_attr(all(), must_use, doc = "A condition that holds.")]
    fn always(&self) -> u32;
    /// One that may await.
    ///
    /// # Errors
    /// If it does not come.
    async fn later(&mut self, goods: goods::Item) -> Result<goods::Item, String>;
    /// With a resource.
    fn draw(&mut self, paper: &tairitsu::Own<dyn Paper>) -> u32;
}

/// The interface of the guest.
#[tairitsu::guest(uses = [goods, Pen])]
pub trait Shop {
    /// Puts goods, by a parameter with the name of a module.
    fn put(&mut self, goods: Vec<goods::Item>) -> u64;
    /// Takes.
    fn take(&self, always: u32) -> Option<goods::Choice>;
    /// An older function.
    #[deprecated]
    fn old(&self) -> String;
    /// A function with a body.
    ///
    /// # Errors
    /// None.
    fn with_body(&self, marks: goods::Marks) -> Result<goods::Marks, String> {
        Ok(marks)
    }
    /// An older function with a body.
    #[deprecated]
    fn old_with_body(&self) -> u32 {
        1
    }
    /// Lends a pen.
    fn write(&mut self, pen: &tairitsu::Own<dyn Pen>) -> u32;
}

/// The guest.
#[derive(Default)]
pub struct Stall {
    goods: Vec<goods::Item>,
}

#[tairitsu::guest]
impl Shop for Stall {
    fn put(&mut self, goods: Vec<goods::Item>) -> u64 {
        self.goods.extend(goods);
        let count = self.goods.iter().map(|item| u64::from(item.count)).sum();
        tairitsu::Host.record(&format!("{count} goods"));
        count
    }

    fn take(&self, always: u32) -> Option<goods::Choice> {
        (always == tairitsu::Host.always()).then_some(goods::Choice::New)
    }

    fn old(&self) -> String {
        "old".into()
    }

    fn write(&mut self, pen: &tairitsu::Own<dyn Pen>) -> u32 {
        pen.value().left()
    }
}

/// The resource's type.
pub struct Ink(u32);

#[tairitsu::resource]
impl Pen for Ink {
    fn new(ink: u32) -> Self {
        Ink(ink)
    }

    fn left(&self) -> u32 {
        self.0
    }

    fn rest(&self) -> u32 {
        self.0
    }
}

/// A type whose functions are an interface.
#[derive(Default)]
pub struct Counter(u32);

#[tairitsu::guest(uses = goods)]
impl Counter {
    /// Counts.
    pub fn count(&mut self, goods: goods::Item) -> u32 {
        let kept = [goods];
        self.0 += kept.iter().map(|item| item.count).sum::<u32>();
        self.0
    }

    /// An older function.
    #[deprecated]
    #[must_use]
    pub fn counted(&self) -> u32 {
        self.0
    }

    #[cfg(any())]
    fn never(&self) {}
}

/// A type that is not there, in each order of the attributes.
#[tairitsu::wit]
#[cfg(any())]
pub struct Nowhere {
    number: NoType,
}

#[cfg(any())]
#[tairitsu::wit]
pub struct Nowhere {
    number: NoType,
}

tairitsu::flags! {
    #[cfg(any())]
    pub struct NoMarks {
        const ONE;
    }
}

/// A trait that is not there.
#[tairitsu::guest]
#[cfg(any())]
pub trait Nobody {
    fn never(&self) -> NoType;
}

#[tairitsu::guest]
#[cfg(any())]
impl Nobody for Stall {
    fn never(&self) -> NoType {}
}

/// A trait that is there, under a condition.
#[tairitsu::host]
#[cfg_attr(all(), doc = "A condition that holds.", deprecated)]
pub trait Somebody {
    /// Says a number.
    fn number(&self) -> u32;
}

/// A type that is deprecated.
#[tairitsu::wit]
#[deprecated]
pub enum Former {
    /// A number.
    Number(u32),
    /// None.
    Nothing,
}
