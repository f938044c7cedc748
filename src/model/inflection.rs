//! One and many: the plural and the singular of an English noun in lower case.
//!
//! Our own: the library for it brought regular expressions, a fifth of the binary, and bent `cache`,
//! `guru` and `hierarchy` wrongly. `--singular` and `--plural` are for what is missing.

/// Nouns with a plural of their own.
const IRREGULAR: &[(&str, &str)] = &[
    ("alias", "aliases"),
    ("analysis", "analyses"),
    ("appendix", "appendices"),
    ("atlas", "atlases"),
    ("axis", "axes"),
    ("basis", "bases"),
    ("bias", "biases"),
    ("calf", "calves"),
    ("canvas", "canvases"),
    ("child", "children"),
    ("crisis", "crises"),
    ("criterion", "criteria"),
    ("curriculum", "curricula"),
    ("datum", "datums"),
    ("diagnosis", "diagnoses"),
    ("die", "dice"),
    ("elf", "elves"),
    ("emphasis", "emphases"),
    ("foot", "feet"),
    ("gas", "gases"),
    ("goose", "geese"),
    ("half", "halves"),
    ("hoof", "hooves"),
    ("hypothesis", "hypotheses"),
    ("index", "indexes"),
    ("iris", "irises"),
    ("knife", "knives"),
    ("leaf", "leaves"),
    ("lens", "lenses"),
    ("life", "lives"),
    ("loaf", "loaves"),
    ("matrix", "matrices"),
    ("medium", "mediums"),
    ("mouse", "mice"),
    ("nucleus", "nuclei"),
    ("oasis", "oases"),
    ("ox", "oxen"),
    ("paralysis", "paralyses"),
    ("parenthesis", "parentheses"),
    ("person", "people"),
    ("phenomenon", "phenomena"),
    ("prognosis", "prognoses"),
    ("quiz", "quizzes"),
    ("radius", "radii"),
    ("scarf", "scarves"),
    ("schema", "schemas"),
    ("self", "selves"),
    ("shelf", "shelves"),
    ("stimulus", "stimuli"),
    ("synopsis", "synopses"),
    ("synthesis", "syntheses"),
    ("thesis", "theses"),
    ("thief", "thieves"),
    ("tooth", "teeth"),
    ("vertex", "vertices"),
    ("waltz", "waltzes"),
    ("wife", "wives"),
    ("wolf", "wolves"),
];

/// Those of them that other nouns end in: `bookshelf`, `salesperson`.
const HEADS: &[&str] = &[
    "child", "foot", "index", "knife", "leaf", "matrix", "person", "schema", "shelf", "tooth",
    "wife",
];

/// Nouns in `man` that are no men.
const NO_MEN: &[&str] = &["german", "human", "ottoman", "roman", "shaman", "talisman"];

/// Nouns in `o` that take `es`.
const O_ES: &[&str] = &[
    "cargo", "domino", "echo", "embargo", "hero", "mosquito", "potato", "tomato", "torpedo",
    "veto", "volcano",
];

/// Nouns in `ch` that sound as `k`, and take only `s`.
const HARD_CH: &[&str] =
    &["epoch", "fintech", "loch", "matriarch", "monarch", "patriarch", "stomach", "tech"];

/// Nouns that take only `s`, and then look as if they had taken more.
const ONLY_S: &[&str] = &[
    "abuse",
    "ache",
    "aloe",
    "avalanche",
    "brioche",
    "brownie",
    "cache",
    "calorie",
    "canoe",
    "cookie",
    "creche",
    "doe",
    "emu",
    "excuse",
    "foe",
    "fuse",
    "genie",
    "gnu",
    "goalie",
    "guru",
    "headache",
    "hoodie",
    "lie",
    "menu",
    "misuse",
    "movie",
    "muse",
    "niche",
    "oboe",
    "pie",
    "psyche",
    "quiche",
    "recluse",
    "refuse",
    "reuse",
    "rookie",
    "ruse",
    "selfie",
    "shoe",
    "smoothie",
    "submenu",
    "taxi",
    "tie",
    "toe",
    "toothache",
    "use",
    "woe",
    "zombie",
];

/// Nouns in `s` that mean one; those in `ss`, `us`, `sis` and `xis` go without saying.
const S_NOUNS: &[&str] = &[
    "chaos",
    "christmas",
    "cosmos",
    "debris",
    "kudos",
    "metropolis",
    "pancreas",
    "redis",
    "tennis",
    "trellis",
];

/// Returns the plural of a noun; of a plural, itself.
pub fn plural(word: &str) -> String {
    let one = singular(word);
    if let Some((start, (_, many))) = irregular(&one, |(one, _)| one) {
        return format!("{start}{many}");
    }
    let is_vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u');
    if let Some(stem) = one.strip_suffix("is").filter(|stem| stem.ends_with(['s', 'x'])) {
        return format!("{stem}es");
    }
    let in_y =
        one.strip_suffix('y').filter(|stem| !stem.ends_with(is_vowel) || stem.ends_with("qu"));
    if let Some(stem) = in_y {
        return format!("{stem}ies");
    }
    let hisses = one.ends_with(['s', 'x', 'z']) || one.ends_with("sh") || one.ends_with("ch");
    match hisses && !HARD_CH.contains(&&*one) || O_ES.contains(&&*one) {
        true => format!("{one}es"),
        false => format!("{one}s"),
    }
}

/// Returns the singular of a noun; of a singular, itself.
pub fn singular(word: &str) -> String {
    if irregular(word, |(one, _)| one).is_some() || S_NOUNS.contains(&word) {
        return word.to_owned();
    }
    if let Some((start, (one, _))) = irregular(word, |(_, many)| many) {
        return format!("{start}{one}");
    }
    let Some(stem) = word.strip_suffix('s').filter(|stem| stem.len() > 1) else {
        return word.to_owned();
    };
    if ONLY_S.contains(&stem) || stem.ends_with("eau") {
        return stem.to_owned();
    }
    if ["ss", "us", "sis", "xis"].iter().any(|end| word.ends_with(end)) {
        return word.to_owned();
    }
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    match word.strip_suffix("es").filter(|stem| takes_es(stem)) {
        Some(stem) => stem.to_owned(),
        None => stem.to_owned(),
    }
}

/// Tells whether a noun takes `es`, seen from a plural in `es`.
fn takes_es(stem: &str) -> bool {
    let hisses = ["ss", "sh", "ch", "x", "zz"].iter().any(|end| stem.ends_with(end));
    // `buses` and `statuses`, but `causes` and `houses`.
    let in_us = stem.strip_suffix("us").is_some_and(|start| !start.ends_with(['a', 'o']));
    hisses || in_us || O_ES.contains(&stem) || S_NOUNS.contains(&stem)
}

/// Finds the pair of which one form is the word, or its end, and what stands before that.
fn irregular(
    word: &str,
    form: impl Fn(&(&'static str, &'static str)) -> &'static str,
) -> Option<(&str, (&'static str, &'static str))> {
    let men = ("man", "men");
    if let Some(start) = word.strip_suffix(form(&men)).filter(|_| !NO_MEN.contains(&word)) {
        // `woman` and `salesman`, but `specimen`.
        let is_man = ["", "wo"].contains(&start) || start.ends_with(['r', 's', 't', 'h', 'e', 'k']);
        return is_man.then_some((start, men));
    }
    IRREGULAR.iter().find_map(|pair| {
        let start = word.strip_suffix(form(pair))?;
        let is_compound = start.len() > 2 && HEADS.contains(&pair.0);
        (start.is_empty() || is_compound).then_some((start, *pair))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nouns that names are made of, each with its plural where that is not the noun and `s`.
    const NOUNS: &str = "account ace/aces activity/activities address/addresses adjustment agency/agencies \
        alias/aliases allergy/allergies analysis/analyses antenna api appendix/appendices area article asset \
        atlas/atlases audience axis/axes badge bank basis/bases batch/batches bath battery/batteries bay beach/beaches \
        bias/biases biography/biographies body/bodies bonus/bonuses book bookshelf/bookshelves box/boxes branch/branches \
        bureau bus/buses business/businesses cache campus/campuses canoe canvas/canvases cargo/cargoes case category/categories \
        cause cave census/censuses chair child/children chorus/choruses class/classes clause coach/coaches \
        company/companies compass/compasses cookie course crisis/crises criterion/criteria currency/currencies \
        curriculum/curricula curve database day diagnosis/diagnoses diary/diaries die/dice disease dish/dishes dose \
        echo/echoes emphasis/emphases employee emu enquiry/enquiries entry/entries epoch essay excuse expense \
        fax/faxes fee focus/focuses foot/feet fox/foxes franchise fuse gas/gases genius/geniuses german glass/glasses \
        goose/geese grandchild/grandchildren guru half/halves headache hero/heroes hierarchy/hierarchies horse house \
        human hypothesis/hypotheses index/indexes invoice iris/irises journey key kiwi knife/knives leaf/leaves lease \
        lens/lenses license life/lives logo man/men match/matches matrix/matrices medium/mediums menu mosque \
        mouse/mice movie museum niche noise nucleus/nuclei oasis/oases order ox/oxen parenthesis/parentheses \
        party/parties pass/passes payee person/people phase phenomenon/phenomena photo phrase piano pie policy/policies \
        potato/potatoes prefix/prefixes premise prize process/processes promise proof proxy/proxies purchase purpose quay \
        query/queries queue quiz/quizzes quota radius/radii response roof safari sale salesman/salesmen \
        salesperson/salespeople scarf/scarves schedule schema self/selves sense shelf/shelves shoe size ski \
        soliloquy/soliloquies specimen spouse spy/spies status/statuses stimulus/stimuli stomach story/stories surplus/surpluses \
        switch/switches syllabus/syllabuses synopsis/synopses tax/taxes taxi tech tennis/tennises thesis/theses thief/thieves \
        tie toe tomato/tomatoes tooth/teeth toy trellis/trellises trophy/trophies use user vertex/vertices veto/vetoes virus/viruses \
        volcano/volcanoes waltz/waltzes warehouse wave wiki wife/wives wish/wishes wolf/wolves woman/women zombie zoo";

    #[test]
    fn one_and_many_and_back() {
        for noun in NOUNS.split_whitespace() {
            let (one, many) = match noun.split_once('/') {
                Some((one, many)) => (one, many.to_owned()),
                None => (noun, format!("{noun}s")),
            };
            assert_eq!((&*plural(one), &*singular(&many)), (&*many, one));
            assert_eq!((&*plural(&many), &*singular(one)), (&*many, one), "it stays what it is");
        }
        assert!(NOUNS.split_whitespace().count() > 200);
    }

    #[test]
    fn whatever_the_letters_are_there_is_a_plural() {
        for word in ["s", "is", "us", "es", "ies", "y", "men", "a", "xyzzy", "sss", "eau"] {
            assert!(!plural(word).is_empty() && !singular(word).is_empty(), "{word}");
        }
    }
}
