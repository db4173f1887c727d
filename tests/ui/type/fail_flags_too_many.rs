tairitsu::flags! {
    pub struct Many {
        const A0; const A1; const A2; const A3; const A4; const A5; const A6; const A7; const A8; const A9; const A10; const A11; const A12; const A13; const A14; const A15;
        const B0; const B1; const B2; const B3; const B4; const B5; const B6; const B7; const B8; const B9; const B10; const B11; const B12; const B13; const B14; const B15;
        const C0; const C1; const C2; const C3; const C4; const C5; const C6; const C7; const C8; const C9; const C10; const C11; const C12; const C13; const C14; const C15;
        const D0; const D1; const D2; const D3; const D4; const D5; const D6; const D7; const D8; const D9; const D10; const D11; const D12; const D13; const D14; const D15;
        const E0; const E1; const E2; const E3; const E4; const E5; const E6; const E7; const E8; const E9; const E10; const E11; const E12; const E13; const E14; const E15;
        const F0; const F1; const F2; const F3; const F4; const F5; const F6; const F7; const F8; const F9; const F10; const F11; const F12; const F13; const F14; const F15;
        const G0; const G1; const G2; const G3; const G4; const G5; const G6; const G7; const G8; const G9; const G10; const G11; const G12; const G13; const G14; const G15;
        const H0; const H1; const H2; const H3; const H4; const H5; const H6; const H7; const H8; const H9; const H10; const H11; const H12; const H13; const H14; const H15;
        const I0;
    }
}

fn main() {}
