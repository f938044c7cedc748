use super::*;

fn field(word: &str) -> Field {
    Field::parse(word).unwrap_or_else(|error| panic!("{word}: {error:?}"))
}

#[test]
fn every_way_of_saying_a_field_has_one_canonical_word() {
    let rows = [
        ("name", "name:string"),
        ("Name:str", "name:string"),
        ("email:unique", "email:string:unique"),
        ("paidAt:timestamp:nullable", "paid_at:datetime:nullable"),
        ("total:decimal(10,2):min(0)", "total:decimal=10,2:min=0"),
        ("total:numeric=12.2", "total:decimal"),
        ("label:string:length=30", "label:string=30"),
        ("customer:ref", "customer:ref=customers"),
        ("customer_id:fk=users", "customer:ref=users"),
        (
            "status:enum=Draft/in-review/Paid:default=Paid",
            "status:enum=draft,in_review,paid:default=paid",
        ),
        ("ok:boolean", "ok:bool:default=false"),
        ("ok:bool:nullable", "ok:bool:nullable"),
        ("n:int:filter:max=007", "n:int:max=7"),
        ("tags:list=varchar:default=[]", "tags:array=string:default=empty"),
        ("extra:jsonb:default={}", "extra:json:default=empty"),
        ("day:date:default=today", "day:date:default=now"),
        ("a:string:search:nullable:secret", ""),
    ];
    for (word, canonical) in rows {
        match canonical {
            "" => assert!(Field::parse(word).is_err(), "{word}"),
            canonical => assert_eq!(field(word).to_string(), canonical),
        }
    }
}

#[test]
fn a_default_cannot_leave_its_quotes() {
    for text in ["a\"b", "a\\", "a\n", "a\u{202e}b", "\u{200b}"] {
        assert!(Field::parse(&format!("name:string:default={text}")).is_err(), "{text:?}");
    }
    for text in ["it's", "50 %", "München", "{{x}}", "<b>", "$HOME"] {
        field(&format!("name:string:default={text}"));
    }
}

#[test]
fn every_type_takes_its_modifiers_and_comes_back() {
    let kinds = [
        "string",
        "string=20",
        "text",
        "int",
        "bigint",
        "decimal=10,2",
        "float",
        "bool",
        "date",
        "datetime",
        "time",
        "uuid",
        "json",
        "email",
        "url",
        "enum=a,b",
        "ref=users",
        "ref=self",
        "array=string",
        "array=decimal",
    ];
    let modifiers = [
        "nullable",
        "unique",
        "unique=global",
        "index",
        "default=now",
        "default=empty",
        "default=1",
        "min=1",
        "max=9",
        "length=5",
        "ondelete=setnull:nullable",
        "ondelete=cascade",
        "filter",
        "search",
        "immutable",
        "readonly:nullable",
        "secret",
        "rel:nullable",
    ];
    let mut taken = 0;
    for kind in kinds {
        for modifier in modifiers {
            let Ok(field) = Field::parse(&format!("x:{kind}:{modifier}")) else { continue };
            taken += 1;
            assert_eq!(Field::parse(&field.to_string()).unwrap(), field, "{kind} {modifier}");
        }
    }
    assert!(taken > 150, "{taken}");
}

#[test]
fn no_word_makes_the_parser_panic_and_what_it_takes_comes_back() {
    let pieces = [
        "a", "name", "x_y", ":", ":", ":", "=", ",", ".", "/", "(", ")", "string", "decimal",
        "int", "enum", "ref", "array", "nullable", "unique", "default", "min", "max", "length",
        "global", "users", "self", "1", "20", "-3", "0.5", "b,c", "ü", "\0", " ", "\"", "_", "-",
        "now", "true", "search", "secret", "readonly", "ondelete", "cascade",
    ];
    // Always the same words: xorshift, by Marsaglia.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let mut taken = 0;
    for _ in 0..100_000 {
        let length = 1 + next(9);
        let word: String = (0..length).map(|_| pieces[next(pieces.len())]).collect();
        if let Ok(field) = Field::parse(&word) {
            taken += 1;
            assert_eq!(Field::parse(&field.to_string()).unwrap(), field, "{word:?}");
        }
    }
    assert!(taken > 500, "{taken}");
}
