//! The table of all values that the guest echoes.

/// Passes the table to the macro `$with`. A row of `one` has four parts: the function, the name of its call in
/// `bindgen!`, the type, and, if the type's `Arbitrary` will not do, a function that draws a random value. A row of
/// `several` has more parameters, and echoes them as a tuple.
#[macro_export]
macro_rules! menagerie {
    ($with:ident) => {
        $with! {
            one {
                echo_bool call_echo_bool: bool;
                echo_u8 call_echo_u8: u8;
                echo_s8 call_echo_s8: i8;
                echo_u16 call_echo_u16: u16;
                echo_s16 call_echo_s16: i16;
                echo_u32 call_echo_u32: u32;
                echo_s32 call_echo_s32: i32;
                echo_u64 call_echo_u64: u64;
                echo_s64 call_echo_s64: i64;
                echo_f32 call_echo_f32: f32;
                echo_f64 call_echo_f64: f64;
                echo_char call_echo_char: char;
                echo_string call_echo_string: String;

                echo_bools call_echo_bools: Vec<bool>;
                echo_bytes call_echo_bytes: Vec<u8>;
                echo_shorts call_echo_shorts: Vec<i16>;
                echo_longs call_echo_longs: Vec<u64>;
                echo_singles call_echo_singles: Vec<f32>;
                echo_doubles call_echo_doubles: Vec<f64>;
                echo_chars call_echo_chars: Vec<char>;
                echo_strings call_echo_strings: Vec<String>;
                echo_lists call_echo_lists: Vec<Vec<Vec<u16>>>;

                echo_option call_echo_option: Option<u32>;
                echo_options call_echo_options: Option<Option<Option<u8>>>;
                echo_option_of_text call_echo_option_of_text: Option<String>;
                echo_option_of_list call_echo_option_of_list: Option<Vec<f64>>;
                echo_list_of_options call_echo_list_of_options: Vec<Option<i64>>;
                echo_result call_echo_result: Result<u32, String>;
                echo_result_no_error call_echo_result_no_error: Result<f64, ()>;
                echo_result_no_value call_echo_result_no_value: Result<(), Vec<String>>;
                echo_result_neither call_echo_result_neither: Result<(), ()>;
                echo_result_nested call_echo_result_nested: Result<Option<f32>, Result<f64, char>>;
                echo_list_of_results call_echo_list_of_results: Vec<Result<(), u64>>;
                echo_option_of_result call_echo_option_of_result: Option<Result<(u8, String), Option<bool>>>;

                echo_tuple1 call_echo_tuple1: (String,);
                echo_tuple2 call_echo_tuple2: (u8, u64);
                echo_tuple3 call_echo_tuple3: (f32, String, i16);
                echo_tuple4 call_echo_tuple4: (char, f64, bool, u32);
                echo_tuple5 call_echo_tuple5: (u8, u16, u8, u32, u8);
                echo_tuple6 call_echo_tuple6: (u64, u8, String, u8, f32, u8);
                echo_tuple7 call_echo_tuple7: (i8, i16, i32, i64, f32, f64, bool);
                echo_tuple8 call_echo_tuple8: (String, String, String, String, String, String, String, String);
                echo_tuple9 call_echo_tuple9: (String, String, String, String, String, String, String, String, u8);
                echo_tuple10 call_echo_tuple10: (u8, u16, u32, u64, i8, i16, i32, i64, f32, f64);
                echo_tuple11 call_echo_tuple11: (u8, u16, u32, u64, i8, i16, i32, i64, f32, f64, char);
                echo_tuple12 call_echo_tuple12: (u8, f64, u8, f64, u8, f64, u8, f64, u8, f64, u8, f64);
                echo_tuple13 call_echo_tuple13: (u8, f32, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u64);
                echo_tuple14 call_echo_tuple14:
                    (bool, bool, bool, bool, bool, bool, bool, bool, bool, bool, bool, bool, bool, u64);
                echo_tuple15 call_echo_tuple15: (u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, Vec<String>);
                echo_tuple16 call_echo_tuple16:
                    (u8, u16, u32, u64, f32, f64, i8, i16, i32, i64, bool, char, f32, f64, u8, u64);
                echo_tuples call_echo_tuples: ((u8, (char, f32)), (String,), ((bool, f64), Option<(u8, u64)>));
                echo_list_of_tuples call_echo_list_of_tuples: Vec<(u8, u64, String)>;

                echo_tiny call_echo_tiny: Tiny;
                echo_place call_echo_place: Place;
                echo_places call_echo_places: Vec<Place>;
                echo_mixed call_echo_mixed: Mixed;
                echo_mixed_list call_echo_mixed_list: Vec<Mixed>;
                echo_animal call_echo_animal: Animal;
                echo_animals call_echo_animals: Vec<Animal>;
                echo_cage call_echo_cage: Cage;
                echo_wide call_echo_wide: Wide;
                echo_option_of_wide call_echo_option_of_wide: Option<Wide>;

                echo_forth call_echo_forth: Forth;
                echo_back call_echo_back: Back;
                echo_forth_and_back call_echo_forth_and_back: Vec<(Forth, Back)>;
                echo_aligned call_echo_aligned: Aligned;
                echo_aligned_list call_echo_aligned_list: Vec<Aligned>;
                echo_value call_echo_value: Value;
                echo_values call_echo_values: Vec<Value>;
                echo_heavy call_echo_heavy: Heavy;
                echo_variant257 call_echo_variant257: Variant257;
                echo_variant257_list call_echo_variant257_list: Vec<Variant257>;

                echo_enum1 call_echo_enum1: Enum1;
                echo_enum2 call_echo_enum2: Enum2;
                echo_enum255 call_echo_enum255: Enum255;
                echo_enum257 call_echo_enum257: Enum257;
                echo_enum300 call_echo_enum300: Enum300;
                echo_enum_list call_echo_enum_list: Vec<(Enum1, Enum255, Enum300)>;

                echo_flags1 call_echo_flags1: Flags1;
                echo_flags8 call_echo_flags8: Flags8;
                echo_flags9 call_echo_flags9: Flags9;
                echo_flags16 call_echo_flags16: Flags16;
                echo_flags17 call_echo_flags17: Flags17;
                echo_flags32 call_echo_flags32: Flags32;
                echo_flags_list call_echo_flags_list: Vec<(Flags1, Flags9, Flags8, Flags32)>;

                echo_tree_map call_echo_tree_map: BTreeMap<String, u32>;
                echo_hash_map call_echo_hash_map: HashMap<u32, String>;
                echo_map_of_maps call_echo_map_of_maps: BTreeMap<u8, BTreeMap<char, Vec<f32>>>;
                echo_tree_set call_echo_tree_set: BTreeSet<String>;
                echo_hash_set call_echo_hash_set: HashSet<i64>;
                echo_queue call_echo_queue: VecDeque<u16>;
                echo_queue_of_text call_echo_queue_of_text: VecDeque<String>;
                echo_array call_echo_array: [u8; 32];
                echo_array_of_text call_echo_array_of_text: [String; 3];
                echo_array_of_arrays call_echo_array_of_arrays: [[f64; 2]; 3];
                echo_boxed call_echo_boxed: Box<u64>;
                echo_boxed_record call_echo_boxed_record: Box<Animal>;
                echo_boxed_text call_echo_boxed_text: Box<str>;
                echo_boxed_list call_echo_boxed_list: Box<[u16]>;
                echo_shared_record call_echo_shared_record: Arc<Place>;
                echo_shared_text call_echo_shared_text: Arc<str>;
                echo_shared_list call_echo_shared_list: Arc<[Option<f32>]>;
                echo_cow call_echo_cow: Cow<'static, str> = cow;
                echo_cow_bytes call_echo_cow_bytes: Cow<'static, [u8]> = cow_bytes;
                echo_duration call_echo_duration: Duration;
                echo_time call_echo_time: SystemTime = time;
                echo_address call_echo_address: IpAddr;
                echo_address4 call_echo_address4: Ipv4Addr;
                echo_address6 call_echo_address6: Ipv6Addr;
                echo_socket call_echo_socket: SocketAddr = address;
                echo_path call_echo_path: PathBuf;
                echo_chest call_echo_chest: Chest;

                echo_flags33 call_echo_flags33: Flags33;
                echo_flags64 call_echo_flags64: Flags64;
                echo_flags65 call_echo_flags65: Flags65;
                echo_flags65_list call_echo_flags65_list: Vec<(Flags65, Flags1)>;
                echo_page call_echo_page: Page<Animal>;
                echo_page_of_pages call_echo_page_of_pages: Page<Page<u8>>;
                echo_choice call_echo_choice: Choice<Vec<char>, Place>;
                echo_choice_of_nothing call_echo_choice_of_nothing: Choice<Result<(), ()>, u64>;
                echo_count call_echo_count: Count;
                echo_counts call_echo_counts: Vec<Option<Count>>;
                echo_words call_echo_words: Words;
                echo_ticket call_echo_ticket: Ticket;
                echo_tickets call_echo_tickets: Page<Ticket>;
                echo_point call_echo_point: Point;
                echo_line call_echo_line: Line;
                echo_lines call_echo_lines: Page<Line>;
                echo_shared_bytes call_echo_shared_bytes: Bytes = bytes;
                echo_uuid call_echo_uuid: Uuid = uuid;
                echo_url call_echo_url: Url = url;
                echo_json call_echo_json: Json = json;
                echo_instant call_echo_instant: DateTime<Utc> = instant;
                echo_moment call_echo_moment: DateTime<FixedOffset> = moment;
                echo_date call_echo_date: NaiveDate = date;
                echo_time_of_day call_echo_time_of_day: NaiveTime = time_of_day;
                echo_date_and_time call_echo_date_and_time: NaiveDateTime = date_and_time;
                echo_delta call_echo_delta: TimeDelta = delta;
            }
            several {
                echo_pair call_echo_pair(byte: u8, text: String);
                echo_flat16 call_echo_flat16(
                    a: u64, b: u8, c: f32, d: f64, e: u64, f: u8, g: f32, h: f64,
                    i: u64, j: u8, k: f32, l: f64, m: u64, n: u8, o: f32, p: f64
                );
                echo_flat16_text call_echo_flat16_text(
                    a: String, b: String, c: String, d: String, e: String, f: String, g: String, h: String
                );
                echo_flat17 call_echo_flat17(
                    a: u64, b: u8, c: f32, d: f64, e: u64, f: u8, g: f32, h: f64,
                    i: u64, j: u8, k: f32, l: f64, m: u64, n: u8, o: Option<f64>
                );
                echo_flat17_text call_echo_flat17_text(
                    a: u8, b: String, c: String, d: String, e: String, f: String, g: String, h: String, i: String
                );
                echo_many call_echo_many(
                    a: Animal, b: Value, c: bool, d: Forth, e: Flags9, f: Enum300, g: Vec<Place>, h: Result<u8, String>
                );
                echo_from_and_as call_echo_from_and_as(record: u32, list: Vec<u8>, r#type: char);
            }
        }
    };
}
