//! Types that are 100 deep inside each other: records from the innermost on and from the outermost on, with and without lists
//! and options between them, and lists of lists.

#[tairitsu::wit]
pub struct Up0 {
    pub inner: u32,
}

#[tairitsu::wit]
pub struct Up1 {
    pub inner: Up0,
}

#[tairitsu::wit]
pub struct Up2 {
    pub inner: Up1,
}

#[tairitsu::wit]
pub struct Up3 {
    pub inner: Up2,
}

#[tairitsu::wit]
pub struct Up4 {
    pub inner: Up3,
}

#[tairitsu::wit]
pub struct Up5 {
    pub inner: Up4,
}

#[tairitsu::wit]
pub struct Up6 {
    pub inner: Up5,
}

#[tairitsu::wit]
pub struct Up7 {
    pub inner: Up6,
}

#[tairitsu::wit]
pub struct Up8 {
    pub inner: Up7,
}

#[tairitsu::wit]
pub struct Up9 {
    pub inner: Up8,
}

#[tairitsu::wit]
pub struct Up10 {
    pub inner: Up9,
}

#[tairitsu::wit]
pub struct Up11 {
    pub inner: Up10,
}

#[tairitsu::wit]
pub struct Up12 {
    pub inner: Up11,
}

#[tairitsu::wit]
pub struct Up13 {
    pub inner: Up12,
}

#[tairitsu::wit]
pub struct Up14 {
    pub inner: Up13,
}

#[tairitsu::wit]
pub struct Up15 {
    pub inner: Up14,
}

#[tairitsu::wit]
pub struct Up16 {
    pub inner: Up15,
}

#[tairitsu::wit]
pub struct Up17 {
    pub inner: Up16,
}

#[tairitsu::wit]
pub struct Up18 {
    pub inner: Up17,
}

#[tairitsu::wit]
pub struct Up19 {
    pub inner: Up18,
}

#[tairitsu::wit]
pub struct Up20 {
    pub inner: Up19,
}

#[tairitsu::wit]
pub struct Up21 {
    pub inner: Up20,
}

#[tairitsu::wit]
pub struct Up22 {
    pub inner: Up21,
}

#[tairitsu::wit]
pub struct Up23 {
    pub inner: Up22,
}

#[tairitsu::wit]
pub struct Up24 {
    pub inner: Up23,
}

#[tairitsu::wit]
pub struct Up25 {
    pub inner: Up24,
}

#[tairitsu::wit]
pub struct Up26 {
    pub inner: Up25,
}

#[tairitsu::wit]
pub struct Up27 {
    pub inner: Up26,
}

#[tairitsu::wit]
pub struct Up28 {
    pub inner: Up27,
}

#[tairitsu::wit]
pub struct Up29 {
    pub inner: Up28,
}

#[tairitsu::wit]
pub struct Up30 {
    pub inner: Up29,
}

#[tairitsu::wit]
pub struct Up31 {
    pub inner: Up30,
}

#[tairitsu::wit]
pub struct Up32 {
    pub inner: Up31,
}

#[tairitsu::wit]
pub struct Up33 {
    pub inner: Up32,
}

#[tairitsu::wit]
pub struct Up34 {
    pub inner: Up33,
}

#[tairitsu::wit]
pub struct Up35 {
    pub inner: Up34,
}

#[tairitsu::wit]
pub struct Up36 {
    pub inner: Up35,
}

#[tairitsu::wit]
pub struct Up37 {
    pub inner: Up36,
}

#[tairitsu::wit]
pub struct Up38 {
    pub inner: Up37,
}

#[tairitsu::wit]
pub struct Up39 {
    pub inner: Up38,
}

#[tairitsu::wit]
pub struct Up40 {
    pub inner: Up39,
}

#[tairitsu::wit]
pub struct Up41 {
    pub inner: Up40,
}

#[tairitsu::wit]
pub struct Up42 {
    pub inner: Up41,
}

#[tairitsu::wit]
pub struct Up43 {
    pub inner: Up42,
}

#[tairitsu::wit]
pub struct Up44 {
    pub inner: Up43,
}

#[tairitsu::wit]
pub struct Up45 {
    pub inner: Up44,
}

#[tairitsu::wit]
pub struct Up46 {
    pub inner: Up45,
}

#[tairitsu::wit]
pub struct Up47 {
    pub inner: Up46,
}

#[tairitsu::wit]
pub struct Up48 {
    pub inner: Up47,
}

#[tairitsu::wit]
pub struct Up49 {
    pub inner: Up48,
}

#[tairitsu::wit]
pub struct Up50 {
    pub inner: Up49,
}

#[tairitsu::wit]
pub struct Up51 {
    pub inner: Up50,
}

#[tairitsu::wit]
pub struct Up52 {
    pub inner: Up51,
}

#[tairitsu::wit]
pub struct Up53 {
    pub inner: Up52,
}

#[tairitsu::wit]
pub struct Up54 {
    pub inner: Up53,
}

#[tairitsu::wit]
pub struct Up55 {
    pub inner: Up54,
}

#[tairitsu::wit]
pub struct Up56 {
    pub inner: Up55,
}

#[tairitsu::wit]
pub struct Up57 {
    pub inner: Up56,
}

#[tairitsu::wit]
pub struct Up58 {
    pub inner: Up57,
}

#[tairitsu::wit]
pub struct Up59 {
    pub inner: Up58,
}

#[tairitsu::wit]
pub struct Up60 {
    pub inner: Up59,
}

#[tairitsu::wit]
pub struct Up61 {
    pub inner: Up60,
}

#[tairitsu::wit]
pub struct Up62 {
    pub inner: Up61,
}

#[tairitsu::wit]
pub struct Up63 {
    pub inner: Up62,
}

#[tairitsu::wit]
pub struct Up64 {
    pub inner: Up63,
}

#[tairitsu::wit]
pub struct Up65 {
    pub inner: Up64,
}

#[tairitsu::wit]
pub struct Up66 {
    pub inner: Up65,
}

#[tairitsu::wit]
pub struct Up67 {
    pub inner: Up66,
}

#[tairitsu::wit]
pub struct Up68 {
    pub inner: Up67,
}

#[tairitsu::wit]
pub struct Up69 {
    pub inner: Up68,
}

#[tairitsu::wit]
pub struct Up70 {
    pub inner: Up69,
}

#[tairitsu::wit]
pub struct Up71 {
    pub inner: Up70,
}

#[tairitsu::wit]
pub struct Up72 {
    pub inner: Up71,
}

#[tairitsu::wit]
pub struct Up73 {
    pub inner: Up72,
}

#[tairitsu::wit]
pub struct Up74 {
    pub inner: Up73,
}

#[tairitsu::wit]
pub struct Up75 {
    pub inner: Up74,
}

#[tairitsu::wit]
pub struct Up76 {
    pub inner: Up75,
}

#[tairitsu::wit]
pub struct Up77 {
    pub inner: Up76,
}

#[tairitsu::wit]
pub struct Up78 {
    pub inner: Up77,
}

#[tairitsu::wit]
pub struct Up79 {
    pub inner: Up78,
}

#[tairitsu::wit]
pub struct Up80 {
    pub inner: Up79,
}

#[tairitsu::wit]
pub struct Up81 {
    pub inner: Up80,
}

#[tairitsu::wit]
pub struct Up82 {
    pub inner: Up81,
}

#[tairitsu::wit]
pub struct Up83 {
    pub inner: Up82,
}

#[tairitsu::wit]
pub struct Up84 {
    pub inner: Up83,
}

#[tairitsu::wit]
pub struct Up85 {
    pub inner: Up84,
}

#[tairitsu::wit]
pub struct Up86 {
    pub inner: Up85,
}

#[tairitsu::wit]
pub struct Up87 {
    pub inner: Up86,
}

#[tairitsu::wit]
pub struct Up88 {
    pub inner: Up87,
}

#[tairitsu::wit]
pub struct Up89 {
    pub inner: Up88,
}

#[tairitsu::wit]
pub struct Up90 {
    pub inner: Up89,
}

#[tairitsu::wit]
pub struct Up91 {
    pub inner: Up90,
}

#[tairitsu::wit]
pub struct Up92 {
    pub inner: Up91,
}

#[tairitsu::wit]
pub struct Up93 {
    pub inner: Up92,
}

#[tairitsu::wit]
pub struct Up94 {
    pub inner: Up93,
}

#[tairitsu::wit]
pub struct Up95 {
    pub inner: Up94,
}

#[tairitsu::wit]
pub struct Up96 {
    pub inner: Up95,
}

#[tairitsu::wit]
pub struct Up97 {
    pub inner: Up96,
}

#[tairitsu::wit]
pub struct Up98 {
    pub inner: Up97,
}

#[tairitsu::wit]
pub struct Up99 {
    pub inner: Up98,
}

#[tairitsu::wit]
pub struct Down99 {
    pub inner: Down98,
}

#[tairitsu::wit]
pub struct Down98 {
    pub inner: Down97,
}

#[tairitsu::wit]
pub struct Down97 {
    pub inner: Down96,
}

#[tairitsu::wit]
pub struct Down96 {
    pub inner: Down95,
}

#[tairitsu::wit]
pub struct Down95 {
    pub inner: Down94,
}

#[tairitsu::wit]
pub struct Down94 {
    pub inner: Down93,
}

#[tairitsu::wit]
pub struct Down93 {
    pub inner: Down92,
}

#[tairitsu::wit]
pub struct Down92 {
    pub inner: Down91,
}

#[tairitsu::wit]
pub struct Down91 {
    pub inner: Down90,
}

#[tairitsu::wit]
pub struct Down90 {
    pub inner: Down89,
}

#[tairitsu::wit]
pub struct Down89 {
    pub inner: Down88,
}

#[tairitsu::wit]
pub struct Down88 {
    pub inner: Down87,
}

#[tairitsu::wit]
pub struct Down87 {
    pub inner: Down86,
}

#[tairitsu::wit]
pub struct Down86 {
    pub inner: Down85,
}

#[tairitsu::wit]
pub struct Down85 {
    pub inner: Down84,
}

#[tairitsu::wit]
pub struct Down84 {
    pub inner: Down83,
}

#[tairitsu::wit]
pub struct Down83 {
    pub inner: Down82,
}

#[tairitsu::wit]
pub struct Down82 {
    pub inner: Down81,
}

#[tairitsu::wit]
pub struct Down81 {
    pub inner: Down80,
}

#[tairitsu::wit]
pub struct Down80 {
    pub inner: Down79,
}

#[tairitsu::wit]
pub struct Down79 {
    pub inner: Down78,
}

#[tairitsu::wit]
pub struct Down78 {
    pub inner: Down77,
}

#[tairitsu::wit]
pub struct Down77 {
    pub inner: Down76,
}

#[tairitsu::wit]
pub struct Down76 {
    pub inner: Down75,
}

#[tairitsu::wit]
pub struct Down75 {
    pub inner: Down74,
}

#[tairitsu::wit]
pub struct Down74 {
    pub inner: Down73,
}

#[tairitsu::wit]
pub struct Down73 {
    pub inner: Down72,
}

#[tairitsu::wit]
pub struct Down72 {
    pub inner: Down71,
}

#[tairitsu::wit]
pub struct Down71 {
    pub inner: Down70,
}

#[tairitsu::wit]
pub struct Down70 {
    pub inner: Down69,
}

#[tairitsu::wit]
pub struct Down69 {
    pub inner: Down68,
}

#[tairitsu::wit]
pub struct Down68 {
    pub inner: Down67,
}

#[tairitsu::wit]
pub struct Down67 {
    pub inner: Down66,
}

#[tairitsu::wit]
pub struct Down66 {
    pub inner: Down65,
}

#[tairitsu::wit]
pub struct Down65 {
    pub inner: Down64,
}

#[tairitsu::wit]
pub struct Down64 {
    pub inner: Down63,
}

#[tairitsu::wit]
pub struct Down63 {
    pub inner: Down62,
}

#[tairitsu::wit]
pub struct Down62 {
    pub inner: Down61,
}

#[tairitsu::wit]
pub struct Down61 {
    pub inner: Down60,
}

#[tairitsu::wit]
pub struct Down60 {
    pub inner: Down59,
}

#[tairitsu::wit]
pub struct Down59 {
    pub inner: Down58,
}

#[tairitsu::wit]
pub struct Down58 {
    pub inner: Down57,
}

#[tairitsu::wit]
pub struct Down57 {
    pub inner: Down56,
}

#[tairitsu::wit]
pub struct Down56 {
    pub inner: Down55,
}

#[tairitsu::wit]
pub struct Down55 {
    pub inner: Down54,
}

#[tairitsu::wit]
pub struct Down54 {
    pub inner: Down53,
}

#[tairitsu::wit]
pub struct Down53 {
    pub inner: Down52,
}

#[tairitsu::wit]
pub struct Down52 {
    pub inner: Down51,
}

#[tairitsu::wit]
pub struct Down51 {
    pub inner: Down50,
}

#[tairitsu::wit]
pub struct Down50 {
    pub inner: Down49,
}

#[tairitsu::wit]
pub struct Down49 {
    pub inner: Down48,
}

#[tairitsu::wit]
pub struct Down48 {
    pub inner: Down47,
}

#[tairitsu::wit]
pub struct Down47 {
    pub inner: Down46,
}

#[tairitsu::wit]
pub struct Down46 {
    pub inner: Down45,
}

#[tairitsu::wit]
pub struct Down45 {
    pub inner: Down44,
}

#[tairitsu::wit]
pub struct Down44 {
    pub inner: Down43,
}

#[tairitsu::wit]
pub struct Down43 {
    pub inner: Down42,
}

#[tairitsu::wit]
pub struct Down42 {
    pub inner: Down41,
}

#[tairitsu::wit]
pub struct Down41 {
    pub inner: Down40,
}

#[tairitsu::wit]
pub struct Down40 {
    pub inner: Down39,
}

#[tairitsu::wit]
pub struct Down39 {
    pub inner: Down38,
}

#[tairitsu::wit]
pub struct Down38 {
    pub inner: Down37,
}

#[tairitsu::wit]
pub struct Down37 {
    pub inner: Down36,
}

#[tairitsu::wit]
pub struct Down36 {
    pub inner: Down35,
}

#[tairitsu::wit]
pub struct Down35 {
    pub inner: Down34,
}

#[tairitsu::wit]
pub struct Down34 {
    pub inner: Down33,
}

#[tairitsu::wit]
pub struct Down33 {
    pub inner: Down32,
}

#[tairitsu::wit]
pub struct Down32 {
    pub inner: Down31,
}

#[tairitsu::wit]
pub struct Down31 {
    pub inner: Down30,
}

#[tairitsu::wit]
pub struct Down30 {
    pub inner: Down29,
}

#[tairitsu::wit]
pub struct Down29 {
    pub inner: Down28,
}

#[tairitsu::wit]
pub struct Down28 {
    pub inner: Down27,
}

#[tairitsu::wit]
pub struct Down27 {
    pub inner: Down26,
}

#[tairitsu::wit]
pub struct Down26 {
    pub inner: Down25,
}

#[tairitsu::wit]
pub struct Down25 {
    pub inner: Down24,
}

#[tairitsu::wit]
pub struct Down24 {
    pub inner: Down23,
}

#[tairitsu::wit]
pub struct Down23 {
    pub inner: Down22,
}

#[tairitsu::wit]
pub struct Down22 {
    pub inner: Down21,
}

#[tairitsu::wit]
pub struct Down21 {
    pub inner: Down20,
}

#[tairitsu::wit]
pub struct Down20 {
    pub inner: Down19,
}

#[tairitsu::wit]
pub struct Down19 {
    pub inner: Down18,
}

#[tairitsu::wit]
pub struct Down18 {
    pub inner: Down17,
}

#[tairitsu::wit]
pub struct Down17 {
    pub inner: Down16,
}

#[tairitsu::wit]
pub struct Down16 {
    pub inner: Down15,
}

#[tairitsu::wit]
pub struct Down15 {
    pub inner: Down14,
}

#[tairitsu::wit]
pub struct Down14 {
    pub inner: Down13,
}

#[tairitsu::wit]
pub struct Down13 {
    pub inner: Down12,
}

#[tairitsu::wit]
pub struct Down12 {
    pub inner: Down11,
}

#[tairitsu::wit]
pub struct Down11 {
    pub inner: Down10,
}

#[tairitsu::wit]
pub struct Down10 {
    pub inner: Down9,
}

#[tairitsu::wit]
pub struct Down9 {
    pub inner: Down8,
}

#[tairitsu::wit]
pub struct Down8 {
    pub inner: Down7,
}

#[tairitsu::wit]
pub struct Down7 {
    pub inner: Down6,
}

#[tairitsu::wit]
pub struct Down6 {
    pub inner: Down5,
}

#[tairitsu::wit]
pub struct Down5 {
    pub inner: Down4,
}

#[tairitsu::wit]
pub struct Down4 {
    pub inner: Down3,
}

#[tairitsu::wit]
pub struct Down3 {
    pub inner: Down2,
}

#[tairitsu::wit]
pub struct Down2 {
    pub inner: Down1,
}

#[tairitsu::wit]
pub struct Down1 {
    pub inner: Down0,
}

#[tairitsu::wit]
pub struct Down0 {
    pub inner: u32,
}

#[tairitsu::wit]
pub struct Options49 {
    pub inner: Option<Options48>,
}

#[tairitsu::wit]
pub struct Options48 {
    pub inner: Option<Options47>,
}

#[tairitsu::wit]
pub struct Options47 {
    pub inner: Option<Options46>,
}

#[tairitsu::wit]
pub struct Options46 {
    pub inner: Option<Options45>,
}

#[tairitsu::wit]
pub struct Options45 {
    pub inner: Option<Options44>,
}

#[tairitsu::wit]
pub struct Options44 {
    pub inner: Option<Options43>,
}

#[tairitsu::wit]
pub struct Options43 {
    pub inner: Option<Options42>,
}

#[tairitsu::wit]
pub struct Options42 {
    pub inner: Option<Options41>,
}

#[tairitsu::wit]
pub struct Options41 {
    pub inner: Option<Options40>,
}

#[tairitsu::wit]
pub struct Options40 {
    pub inner: Option<Options39>,
}

#[tairitsu::wit]
pub struct Options39 {
    pub inner: Option<Options38>,
}

#[tairitsu::wit]
pub struct Options38 {
    pub inner: Option<Options37>,
}

#[tairitsu::wit]
pub struct Options37 {
    pub inner: Option<Options36>,
}

#[tairitsu::wit]
pub struct Options36 {
    pub inner: Option<Options35>,
}

#[tairitsu::wit]
pub struct Options35 {
    pub inner: Option<Options34>,
}

#[tairitsu::wit]
pub struct Options34 {
    pub inner: Option<Options33>,
}

#[tairitsu::wit]
pub struct Options33 {
    pub inner: Option<Options32>,
}

#[tairitsu::wit]
pub struct Options32 {
    pub inner: Option<Options31>,
}

#[tairitsu::wit]
pub struct Options31 {
    pub inner: Option<Options30>,
}

#[tairitsu::wit]
pub struct Options30 {
    pub inner: Option<Options29>,
}

#[tairitsu::wit]
pub struct Options29 {
    pub inner: Option<Options28>,
}

#[tairitsu::wit]
pub struct Options28 {
    pub inner: Option<Options27>,
}

#[tairitsu::wit]
pub struct Options27 {
    pub inner: Option<Options26>,
}

#[tairitsu::wit]
pub struct Options26 {
    pub inner: Option<Options25>,
}

#[tairitsu::wit]
pub struct Options25 {
    pub inner: Option<Options24>,
}

#[tairitsu::wit]
pub struct Options24 {
    pub inner: Option<Options23>,
}

#[tairitsu::wit]
pub struct Options23 {
    pub inner: Option<Options22>,
}

#[tairitsu::wit]
pub struct Options22 {
    pub inner: Option<Options21>,
}

#[tairitsu::wit]
pub struct Options21 {
    pub inner: Option<Options20>,
}

#[tairitsu::wit]
pub struct Options20 {
    pub inner: Option<Options19>,
}

#[tairitsu::wit]
pub struct Options19 {
    pub inner: Option<Options18>,
}

#[tairitsu::wit]
pub struct Options18 {
    pub inner: Option<Options17>,
}

#[tairitsu::wit]
pub struct Options17 {
    pub inner: Option<Options16>,
}

#[tairitsu::wit]
pub struct Options16 {
    pub inner: Option<Options15>,
}

#[tairitsu::wit]
pub struct Options15 {
    pub inner: Option<Options14>,
}

#[tairitsu::wit]
pub struct Options14 {
    pub inner: Option<Options13>,
}

#[tairitsu::wit]
pub struct Options13 {
    pub inner: Option<Options12>,
}

#[tairitsu::wit]
pub struct Options12 {
    pub inner: Option<Options11>,
}

#[tairitsu::wit]
pub struct Options11 {
    pub inner: Option<Options10>,
}

#[tairitsu::wit]
pub struct Options10 {
    pub inner: Option<Options9>,
}

#[tairitsu::wit]
pub struct Options9 {
    pub inner: Option<Options8>,
}

#[tairitsu::wit]
pub struct Options8 {
    pub inner: Option<Options7>,
}

#[tairitsu::wit]
pub struct Options7 {
    pub inner: Option<Options6>,
}

#[tairitsu::wit]
pub struct Options6 {
    pub inner: Option<Options5>,
}

#[tairitsu::wit]
pub struct Options5 {
    pub inner: Option<Options4>,
}

#[tairitsu::wit]
pub struct Options4 {
    pub inner: Option<Options3>,
}

#[tairitsu::wit]
pub struct Options3 {
    pub inner: Option<Options2>,
}

#[tairitsu::wit]
pub struct Options2 {
    pub inner: Option<Options1>,
}

#[tairitsu::wit]
pub struct Options1 {
    pub inner: Option<Options0>,
}

#[tairitsu::wit]
pub struct Options0 {
    pub inner: u32,
}

#[tairitsu::wit]
pub struct Lists49 {
    pub inner: Vec<Lists48>,
}

#[tairitsu::wit]
pub struct Lists48 {
    pub inner: Vec<Lists47>,
}

#[tairitsu::wit]
pub struct Lists47 {
    pub inner: Vec<Lists46>,
}

#[tairitsu::wit]
pub struct Lists46 {
    pub inner: Vec<Lists45>,
}

#[tairitsu::wit]
pub struct Lists45 {
    pub inner: Vec<Lists44>,
}

#[tairitsu::wit]
pub struct Lists44 {
    pub inner: Vec<Lists43>,
}

#[tairitsu::wit]
pub struct Lists43 {
    pub inner: Vec<Lists42>,
}

#[tairitsu::wit]
pub struct Lists42 {
    pub inner: Vec<Lists41>,
}

#[tairitsu::wit]
pub struct Lists41 {
    pub inner: Vec<Lists40>,
}

#[tairitsu::wit]
pub struct Lists40 {
    pub inner: Vec<Lists39>,
}

#[tairitsu::wit]
pub struct Lists39 {
    pub inner: Vec<Lists38>,
}

#[tairitsu::wit]
pub struct Lists38 {
    pub inner: Vec<Lists37>,
}

#[tairitsu::wit]
pub struct Lists37 {
    pub inner: Vec<Lists36>,
}

#[tairitsu::wit]
pub struct Lists36 {
    pub inner: Vec<Lists35>,
}

#[tairitsu::wit]
pub struct Lists35 {
    pub inner: Vec<Lists34>,
}

#[tairitsu::wit]
pub struct Lists34 {
    pub inner: Vec<Lists33>,
}

#[tairitsu::wit]
pub struct Lists33 {
    pub inner: Vec<Lists32>,
}

#[tairitsu::wit]
pub struct Lists32 {
    pub inner: Vec<Lists31>,
}

#[tairitsu::wit]
pub struct Lists31 {
    pub inner: Vec<Lists30>,
}

#[tairitsu::wit]
pub struct Lists30 {
    pub inner: Vec<Lists29>,
}

#[tairitsu::wit]
pub struct Lists29 {
    pub inner: Vec<Lists28>,
}

#[tairitsu::wit]
pub struct Lists28 {
    pub inner: Vec<Lists27>,
}

#[tairitsu::wit]
pub struct Lists27 {
    pub inner: Vec<Lists26>,
}

#[tairitsu::wit]
pub struct Lists26 {
    pub inner: Vec<Lists25>,
}

#[tairitsu::wit]
pub struct Lists25 {
    pub inner: Vec<Lists24>,
}

#[tairitsu::wit]
pub struct Lists24 {
    pub inner: Vec<Lists23>,
}

#[tairitsu::wit]
pub struct Lists23 {
    pub inner: Vec<Lists22>,
}

#[tairitsu::wit]
pub struct Lists22 {
    pub inner: Vec<Lists21>,
}

#[tairitsu::wit]
pub struct Lists21 {
    pub inner: Vec<Lists20>,
}

#[tairitsu::wit]
pub struct Lists20 {
    pub inner: Vec<Lists19>,
}

#[tairitsu::wit]
pub struct Lists19 {
    pub inner: Vec<Lists18>,
}

#[tairitsu::wit]
pub struct Lists18 {
    pub inner: Vec<Lists17>,
}

#[tairitsu::wit]
pub struct Lists17 {
    pub inner: Vec<Lists16>,
}

#[tairitsu::wit]
pub struct Lists16 {
    pub inner: Vec<Lists15>,
}

#[tairitsu::wit]
pub struct Lists15 {
    pub inner: Vec<Lists14>,
}

#[tairitsu::wit]
pub struct Lists14 {
    pub inner: Vec<Lists13>,
}

#[tairitsu::wit]
pub struct Lists13 {
    pub inner: Vec<Lists12>,
}

#[tairitsu::wit]
pub struct Lists12 {
    pub inner: Vec<Lists11>,
}

#[tairitsu::wit]
pub struct Lists11 {
    pub inner: Vec<Lists10>,
}

#[tairitsu::wit]
pub struct Lists10 {
    pub inner: Vec<Lists9>,
}

#[tairitsu::wit]
pub struct Lists9 {
    pub inner: Vec<Lists8>,
}

#[tairitsu::wit]
pub struct Lists8 {
    pub inner: Vec<Lists7>,
}

#[tairitsu::wit]
pub struct Lists7 {
    pub inner: Vec<Lists6>,
}

#[tairitsu::wit]
pub struct Lists6 {
    pub inner: Vec<Lists5>,
}

#[tairitsu::wit]
pub struct Lists5 {
    pub inner: Vec<Lists4>,
}

#[tairitsu::wit]
pub struct Lists4 {
    pub inner: Vec<Lists3>,
}

#[tairitsu::wit]
pub struct Lists3 {
    pub inner: Vec<Lists2>,
}

#[tairitsu::wit]
pub struct Lists2 {
    pub inner: Vec<Lists1>,
}

#[tairitsu::wit]
pub struct Lists1 {
    pub inner: Vec<Lists0>,
}

#[tairitsu::wit]
pub struct Lists0 {
    pub inner: u32,
}

type Nested = Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<Vec<u32>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>;

#[tairitsu::guest]
pub trait Deep {
    fn up(&self, of: Up99) -> Up99;
    fn down(&self, of: &Down99) -> Result<Down99, String>;
    fn options(&self, of: Options49) -> Options49;
    fn lists(&self, of: &[Lists49]) -> Vec<Lists49>;
    fn nested(&self, of: Nested) -> Nested;
    fn references(&self, of: &[Nested]) -> Option<Nested>;
}

#[tairitsu::host]
pub trait Hosted {
    fn up(&mut self, of: Up99) -> Up99;
    fn down(&mut self, of: &Down99) -> Result<Down99, String>;
    fn lists(&mut self, of: Vec<Lists49>) -> Lists49;
    fn nested(&mut self, of: Nested) -> Nested;
}

struct Provider;

#[tairitsu::host]
impl Hosted for Provider {
    fn up(&mut self, of: Up99) -> Up99 {
        of
    }

    fn down(&mut self, _of: &Down99) -> Result<Down99, String> {
        Err("nothing".into())
    }

    fn lists(&mut self, of: Vec<Lists49>) -> Lists49 {
        of.into_iter().next().unwrap_or(Lists49 { inner: Vec::new() })
    }

    fn nested(&mut self, of: Nested) -> Nested {
        of
    }
}

/// Each function of the client and of the provider is compiled.
pub fn called(deep: &mut DeepClient<'_>, list: Nested) -> Result<Nested, tairitsu::CallError> {
    deep.nested(list)
}

/// The same, by a future.
pub async fn awaited(deep: &mut DeepAsyncClient<'_>, list: Nested) -> Result<Nested, tairitsu::CallError> {
    deep.nested(list).await
}

/// Links one container to another.
pub fn linked(
    builder: tairitsu::ContainerBuilder,
    shared: &tairitsu::SharedContainer,
) -> tairitsu::ContainerBuilder {
    builder.link(Deep, shared).provide(Provider)
}

fn main() {
    let wit = Deep.wit();
    assert!(wit.contains("inner: up98"), "{wit}");
    assert!(wit.contains("inner: down98"), "{wit}");
    assert!(wit.contains("inner: option<options48>"), "{wit}");
    assert!(wit.contains("inner: list<lists48>"), "{wit}");
}
