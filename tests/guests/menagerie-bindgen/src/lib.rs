//! The menagerie's guest, with nothing of Tairitsu in it: `wit_bindgen::generate!` over the WIT that the trait emits.

wit_bindgen::generate!({ path: "../../fixtures/menagerie.wit", world: "menagerie-guest" });

use exports::test::menagerie::annex::{self, Enum256};
use exports::test::menagerie::menagerie::*;

struct Echo;

export!(Echo);

/// Implements the generated trait. Each row is a function, with the types as WIT has them.
macro_rules! echo {
    (
        one { $($name:ident: $ty:ty;)* }
        several { $($many:ident($($arg:ident: $arg_ty:ty),*);)* }
    ) => {
        impl Guest for Echo {
            $(fn $name(value: $ty) -> $ty { value })*
            $(fn $many($($arg: $arg_ty),*) -> ($($arg_ty,)*) { ($($arg,)*) })*

            fn memory() -> u64 {
                #[cfg(target_family = "wasm")]
                return core::arch::wasm32::memory_size(0) as u64 * 65_536;
                #[cfg(not(target_family = "wasm"))]
                return 0;
            }
        }
    };
}

echo! {
    one {
        echo_bool: bool;
        echo_u8: u8;
        echo_s8: i8;
        echo_u16: u16;
        echo_s16: i16;
        echo_u32: u32;
        echo_s32: i32;
        echo_u64: u64;
        echo_s64: i64;
        echo_f32: f32;
        echo_f64: f64;
        echo_char: char;
        echo_string: String;
        echo_bools: Vec<bool>;
        echo_bytes: Vec<u8>;
        echo_shorts: Vec<i16>;
        echo_longs: Vec<u64>;
        echo_singles: Vec<f32>;
        echo_doubles: Vec<f64>;
        echo_chars: Vec<char>;
        echo_strings: Vec<String>;
        echo_lists: Vec<Vec<Vec<u16>>>;
        echo_option: Option<u32>;
        echo_options: Option<Option<Option<u8>>>;
        echo_option_of_text: Option<String>;
        echo_option_of_list: Option<Vec<f64>>;
        echo_list_of_options: Vec<Option<i64>>;
        echo_result: Result<u32, String>;
        echo_result_no_error: Result<f64, ()>;
        echo_result_no_value: Result<(), Vec<String>>;
        echo_result_neither: Result<(), ()>;
        echo_result_nested: Result<Option<f32>, Result<f64, char>>;
        echo_list_of_results: Vec<Result<(), u64>>;
        echo_option_of_result: Option<Result<(u8, String), Option<bool>>>;
        echo_tuple1: (String,);
        echo_tuple2: (u8, u64);
        echo_tuple3: (f32, String, i16);
        echo_tuple4: (char, f64, bool, u32);
        echo_tuple5: (u8, u16, u8, u32, u8);
        echo_tuple6: (u64, u8, String, u8, f32, u8);
        echo_tuple7: (i8, i16, i32, i64, f32, f64, bool);
        echo_tuple8: (String, String, String, String, String, String, String, String);
        echo_tuple9: (String, String, String, String, String, String, String, String, u8);
        echo_tuple10: (u8, u16, u32, u64, i8, i16, i32, i64, f32, f64);
        echo_tuple11: (u8, u16, u32, u64, i8, i16, i32, i64, f32, f64, char);
        echo_tuple12: (u8, f64, u8, f64, u8, f64, u8, f64, u8, f64, u8, f64);
        echo_tuple13: (u8, f32, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u64);
        echo_tuple14: (bool, bool, bool, bool, bool, bool, bool, bool, bool, bool, bool, bool, bool, u64);
        echo_tuple15: (u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, Vec<String>);
        echo_tuple16: (u8, u16, u32, u64, f32, f64, i8, i16, i32, i64, bool, char, f32, f64, u8, u64);
        echo_tuples: ((u8, (char, f32)), (String,), ((bool, f64), Option<(u8, u64)>));
        echo_list_of_tuples: Vec<(u8, u64, String)>;
        echo_tiny: Tiny;
        echo_place: Place;
        echo_places: Vec<Place>;
        echo_mixed: Mixed;
        echo_mixed_list: Vec<Mixed>;
        echo_animal: Animal;
        echo_animals: Vec<Animal>;
        echo_cage: Cage;
        echo_wide: Wide;
        echo_option_of_wide: Option<Wide>;
        echo_forth: Forth;
        echo_back: Back;
        echo_forth_and_back: Vec<(Forth, Back)>;
        echo_aligned: Aligned;
        echo_aligned_list: Vec<Aligned>;
        echo_value: Value;
        echo_values: Vec<Value>;
        echo_heavy: Heavy;
        echo_variant257: Variant257;
        echo_variant257_list: Vec<Variant257>;
        echo_enum1: Enum1;
        echo_enum2: Enum2;
        echo_enum255: Enum255;
        echo_enum257: Enum257;
        echo_enum300: Enum300;
        echo_enum_list: Vec<(Enum1, Enum255, Enum300)>;
        echo_flags1: Flags1;
        echo_flags8: Flags8;
        echo_flags9: Flags9;
        echo_flags16: Flags16;
        echo_flags17: Flags17;
        echo_flags32: Flags32;
        echo_flags_list: Vec<(Flags1, Flags9, Flags8, Flags32)>;
        echo_tree_map: Vec<(String, u32)>;
        echo_hash_map: Vec<(u32, String)>;
        echo_map_of_maps: Vec<(u8, Vec<(char, Vec<f32>)>)>;
        echo_tree_set: Vec<String>;
        echo_hash_set: Vec<i64>;
        echo_queue: Vec<u16>;
        echo_queue_of_text: Vec<String>;
        echo_array: Vec<u8>;
        echo_array_of_text: Vec<String>;
        echo_array_of_arrays: Vec<Vec<f64>>;
        echo_boxed: u64;
        echo_boxed_record: Animal;
        echo_boxed_text: String;
        echo_boxed_list: Vec<u16>;
        echo_shared_record: Place;
        echo_shared_text: String;
        echo_shared_list: Vec<Option<f32>>;
        echo_cow: String;
        echo_cow_bytes: Vec<u8>;
        echo_duration: (u64, u32);
        echo_time: (i64, u32);
        echo_address: String;
        echo_address4: String;
        echo_address6: String;
        echo_socket: String;
        echo_path: String;
        echo_chest: Chest;
        echo_flags33: Flags33;
        echo_flags64: Flags64;
        echo_flags65: Flags65;
        echo_flags65_list: Vec<(Flags65, Flags1)>;
        echo_page: PageOfAnimal;
        echo_page_of_pages: PageOfPageOfU8;
        echo_choice: ChoiceOfListOfCharAndPlace;
        echo_choice_of_nothing: ChoiceOfResultOfUnitAndUnitAndU64;
        echo_count: u32;
        echo_counts: Vec<Option<u32>>;
        echo_words: Vec<String>;
        echo_ticket: Ticket;
        echo_tickets: PageOfTicket;
        echo_point: Point;
        echo_line: Line;
        echo_lines: PageOfLine;
        echo_shared_bytes: Vec<u8>;
        echo_uuid: (u64, u64);
        echo_url: String;
        echo_json: String;
        echo_instant: (i64, u32);
        echo_moment: (i64, u32, i32);
        echo_date: String;
        echo_time_of_day: String;
        echo_date_and_time: String;
        echo_delta: (i64, i32);
    }
    several {
        echo_pair(byte: u8, text: String);
        echo_flat16(
            a: u64, b: u8, c: f32, d: f64, e: u64, f: u8, g: f32, h: f64,
            i: u64, j: u8, k: f32, l: f64, m: u64, n: u8, o: f32, p: f64
        );
        echo_flat16_text(a: String, b: String, c: String, d: String, e: String, f: String, g: String, h: String);
        echo_flat17(
            a: u64, b: u8, c: f32, d: f64, e: u64, f: u8, g: f32, h: f64,
            i: u64, j: u8, k: f32, l: f64, m: u64, n: u8, o: Option<f64>
        );
        echo_flat17_text(a: u8, b: String, c: String, d: String, e: String, f: String, g: String, h: String, i: String);
        echo_many(a: Animal, b: Value, c: bool, d: Forth, e: Flags9, f: Enum300, g: Vec<Place>, h: Result<u8, String>);
        echo_from_and_as(record: u32, list: Vec<u8>, r#type: char);
    }
}

impl annex::Guest for Echo {
    fn echo_enum256(value: Enum256) -> Enum256 {
        value
    }

    fn echo_enum256_list(value: Vec<(Enum256, u8)>) -> Vec<(Enum256, u8)> {
        value
    }
}
