//! Types that are deep inside each other: 100 records from the innermost on, 31 records from the outermost on, and 30 lists.

#[tairitsu::wit]
pub struct R0 {
    pub inner: u32,
}

#[tairitsu::wit]
pub struct R1 {
    pub inner: R0,
}

#[tairitsu::wit]
pub struct R2 {
    pub inner: R1,
}

#[tairitsu::wit]
pub struct R3 {
    pub inner: R2,
}

#[tairitsu::wit]
pub struct R4 {
    pub inner: R3,
}

#[tairitsu::wit]
pub struct R5 {
    pub inner: R4,
}

#[tairitsu::wit]
pub struct R6 {
    pub inner: R5,
}

#[tairitsu::wit]
pub struct R7 {
    pub inner: R6,
}

#[tairitsu::wit]
pub struct R8 {
    pub inner: R7,
}

#[tairitsu::wit]
pub struct R9 {
    pub inner: R8,
}

#[tairitsu::wit]
pub struct R10 {
    pub inner: R9,
}

#[tairitsu::wit]
pub struct R11 {
    pub inner: R10,
}

#[tairitsu::wit]
pub struct R12 {
    pub inner: R11,
}

#[tairitsu::wit]
pub struct R13 {
    pub inner: R12,
}

#[tairitsu::wit]
pub struct R14 {
    pub inner: R13,
}

#[tairitsu::wit]
pub struct R15 {
    pub inner: R14,
}

#[tairitsu::wit]
pub struct R16 {
    pub inner: R15,
}

#[tairitsu::wit]
pub struct R17 {
    pub inner: R16,
}

#[tairitsu::wit]
pub struct R18 {
    pub inner: R17,
}

#[tairitsu::wit]
pub struct R19 {
    pub inner: R18,
}

#[tairitsu::wit]
pub struct R20 {
    pub inner: R19,
}

#[tairitsu::wit]
pub struct R21 {
    pub inner: R20,
}

#[tairitsu::wit]
pub struct R22 {
    pub inner: R21,
}

#[tairitsu::wit]
pub struct R23 {
    pub inner: R22,
}

#[tairitsu::wit]
pub struct R24 {
    pub inner: R23,
}

#[tairitsu::wit]
pub struct R25 {
    pub inner: R24,
}

#[tairitsu::wit]
pub struct R26 {
    pub inner: R25,
}

#[tairitsu::wit]
pub struct R27 {
    pub inner: R26,
}

#[tairitsu::wit]
pub struct R28 {
    pub inner: R27,
}

#[tairitsu::wit]
pub struct R29 {
    pub inner: R28,
}

#[tairitsu::wit]
pub struct R30 {
    pub inner: R29,
}

#[tairitsu::wit]
pub struct R31 {
    pub inner: R30,
}

#[tairitsu::wit]
pub struct R32 {
    pub inner: R31,
}

#[tairitsu::wit]
pub struct R33 {
    pub inner: R32,
}

#[tairitsu::wit]
pub struct R34 {
    pub inner: R33,
}

#[tairitsu::wit]
pub struct R35 {
    pub inner: R34,
}

#[tairitsu::wit]
pub struct R36 {
    pub inner: R35,
}

#[tairitsu::wit]
pub struct R37 {
    pub inner: R36,
}

#[tairitsu::wit]
pub struct R38 {
    pub inner: R37,
}

#[tairitsu::wit]
pub struct R39 {
    pub inner: R38,
}

#[tairitsu::wit]
pub struct R40 {
    pub inner: R39,
}

#[tairitsu::wit]
pub struct R41 {
    pub inner: R40,
}

#[tairitsu::wit]
pub struct R42 {
    pub inner: R41,
}

#[tairitsu::wit]
pub struct R43 {
    pub inner: R42,
}

#[tairitsu::wit]
pub struct R44 {
    pub inner: R43,
}

#[tairitsu::wit]
pub struct R45 {
    pub inner: R44,
}

#[tairitsu::wit]
pub struct R46 {
    pub inner: R45,
}

#[tairitsu::wit]
pub struct R47 {
    pub inner: R46,
}

#[tairitsu::wit]
pub struct R48 {
    pub inner: R47,
}

#[tairitsu::wit]
pub struct R49 {
    pub inner: R48,
}

#[tairitsu::wit]
pub struct R50 {
    pub inner: R49,
}

#[tairitsu::wit]
pub struct R51 {
    pub inner: R50,
}

#[tairitsu::wit]
pub struct R52 {
    pub inner: R51,
}

#[tairitsu::wit]
pub struct R53 {
    pub inner: R52,
}

#[tairitsu::wit]
pub struct R54 {
    pub inner: R53,
}

#[tairitsu::wit]
pub struct R55 {
    pub inner: R54,
}

#[tairitsu::wit]
pub struct R56 {
    pub inner: R55,
}

#[tairitsu::wit]
pub struct R57 {
    pub inner: R56,
}

#[tairitsu::wit]
pub struct R58 {
    pub inner: R57,
}

#[tairitsu::wit]
pub struct R59 {
    pub inner: R58,
}

#[tairitsu::wit]
pub struct R60 {
    pub inner: R59,
}

#[tairitsu::wit]
pub struct R61 {
    pub inner: R60,
}

#[tairitsu::wit]
pub struct R62 {
    pub inner: R61,
}

#[tairitsu::wit]
pub struct R63 {
    pub inner: R62,
}

#[tairitsu::wit]
pub struct R64 {
    pub inner: R63,
}

#[tairitsu::wit]
pub struct R65 {
    pub inner: R64,
}

#[tairitsu::wit]
pub struct R66 {
    pub inner: R65,
}

#[tairitsu::wit]
pub struct R67 {
    pub inner: R66,
}

#[tairitsu::wit]
pub struct R68 {
    pub inner: R67,
}

#[tairitsu::wit]
pub struct R69 {
    pub inner: R68,
}

#[tairitsu::wit]
pub struct R70 {
    pub inner: R69,
}

#[tairitsu::wit]
pub struct R71 {
    pub inner: R70,
}

#[tairitsu::wit]
pub struct R72 {
    pub inner: R71,
}

#[tairitsu::wit]
pub struct R73 {
    pub inner: R72,
}

#[tairitsu::wit]
pub struct R74 {
    pub inner: R73,
}

#[tairitsu::wit]
pub struct R75 {
    pub inner: R74,
}

#[tairitsu::wit]
pub struct R76 {
    pub inner: R75,
}

#[tairitsu::wit]
pub struct R77 {
    pub inner: R76,
}

#[tairitsu::wit]
pub struct R78 {
    pub inner: R77,
}

#[tairitsu::wit]
pub struct R79 {
    pub inner: R78,
}

#[tairitsu::wit]
pub struct R80 {
    pub inner: R79,
}

#[tairitsu::wit]
pub struct R81 {
    pub inner: R80,
}

#[tairitsu::wit]
pub struct R82 {
    pub inner: R81,
}

#[tairitsu::wit]
pub struct R83 {
    pub inner: R82,
}

#[tairitsu::wit]
pub struct R84 {
    pub inner: R83,
}

#[tairitsu::wit]
pub struct R85 {
    pub inner: R84,
}

#[tairitsu::wit]
pub struct R86 {
    pub inner: R85,
}

#[tairitsu::wit]
pub struct R87 {
    pub inner: R86,
}

#[tairitsu::wit]
pub struct R88 {
    pub inner: R87,
}

#[tairitsu::wit]
pub struct R89 {
    pub inner: R88,
}

#[tairitsu::wit]
pub struct R90 {
    pub inner: R89,
}

#[tairitsu::wit]
pub struct R91 {
    pub inner: R90,
}

#[tairitsu::wit]
pub struct R92 {
    pub inner: R91,
}

#[tairitsu::wit]
pub struct R93 {
    pub inner: R92,
}

#[tairitsu::wit]
pub struct R94 {
    pub inner: R93,
}

#[tairitsu::wit]
pub struct R95 {
    pub inner: R94,
}

#[tairitsu::wit]
pub struct R96 {
    pub inner: R95,
}

#[tairitsu::wit]
pub struct R97 {
    pub inner: R96,
}

#[tairitsu::wit]
pub struct R98 {
    pub inner: R97,
}

#[tairitsu::wit]
pub struct R99 {
    pub inner: R98,
}

#[tairitsu::wit]
pub struct T30 {
    pub inner: Option<T29>,
}

#[tairitsu::wit]
pub struct T29 {
    pub inner: Option<T28>,
}

#[tairitsu::wit]
pub struct T28 {
    pub inner: Option<T27>,
}

#[tairitsu::wit]
pub struct T27 {
    pub inner: Option<T26>,
}

#[tairitsu::wit]
pub struct T26 {
    pub inner: Option<T25>,
}

#[tairitsu::wit]
pub struct T25 {
    pub inner: Option<T24>,
}

#[tairitsu::wit]
pub struct T24 {
    pub inner: Option<T23>,
}

#[tairitsu::wit]
pub struct T23 {
    pub inner: Option<T22>,
}

#[tairitsu::wit]
pub struct T22 {
    pub inner: Option<T21>,
}

#[tairitsu::wit]
pub struct T21 {
    pub inner: Option<T20>,
}

#[tairitsu::wit]
pub struct T20 {
    pub inner: Option<T19>,
}

#[tairitsu::wit]
pub struct T19 {
    pub inner: Option<T18>,
}

#[tairitsu::wit]
pub struct T18 {
    pub inner: Option<T17>,
}

#[tairitsu::wit]
pub struct T17 {
    pub inner: Option<T16>,
}

#[tairitsu::wit]
pub struct T16 {
    pub inner: Option<T15>,
}

#[tairitsu::wit]
pub struct T15 {
    pub inner: Option<T14>,
}

#[tairitsu::wit]
pub struct T14 {
    pub inner: Option<T13>,
}

#[tairitsu::wit]
pub struct T13 {
    pub inner: Option<T12>,
}

#[tairitsu::wit]
pub struct T12 {
    pub inner: Option<T11>,
}

#[tairitsu::wit]
pub struct T11 {
    pub inner: Option<T10>,
}

#[tairitsu::wit]
pub struct T10 {
    pub inner: Option<T9>,
}

#[tairitsu::wit]
pub struct T9 {
    pub inner: Option<T8>,
}

#[tairitsu::wit]
pub struct T8 {
    pub inner: Option<T7>,
}

#[tairitsu::wit]
pub struct T7 {
    pub inner: Option<T6>,
}

#[tairitsu::wit]
pub struct T6 {
    pub inner: Option<T5>,
}

#[tairitsu::wit]
pub struct T5 {
    pub inner: Option<T4>,
}

#[tairitsu::wit]
pub struct T4 {
    pub inner: Option<T3>,
}

#[tairitsu::wit]
pub struct T3 {
    pub inner: Option<T2>,
}

#[tairitsu::wit]
pub struct T2 {
    pub inner: Option<T1>,
}

#[tairitsu::wit]
pub struct T1 {
    pub inner: Option<T0>,
}

#[tairitsu::wit]
pub struct T0 {
    pub inner: u32,
}

#[tairitsu::guest]
pub trait Deep {
    fn records(&self, of: R99) -> R99;
    fn options(&self, of: T30) -> T30;
    fn lists(&self, of: Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<u32>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>) -> u32;
}

fn main() {
    let wit = Deep.wit();
    assert!(wit.contains("inner: r98"), "{wit}");
    assert!(wit.contains("inner: option<t29>"), "{wit}");
    assert_eq!(wit.matches("list<").count(), 30, "{wit}");
}
