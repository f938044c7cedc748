//! `status` tells what became of each generated file.

#[path = "support/defects.rs"]
mod defects;
mod support;

use defects::Edit::{Append, Remove, Write};
use defects::{SERVICE, edit, forge, project};

#[test]
fn status_tells_what_became_of_each_generated_file() {
    let place = project();
    forge(&place, "status --exit-code").exits(0);
    edit(&place, SERVICE, &Append("# mine\n"));
    edit(&place, "app/workers/tasks/count.py", &Remove);
    edit(&place, "README.md", &Append("\r\n"));
    edit(&place, "LICENSE", &Remove);
    std::fs::create_dir(place.path("shop/LICENSE")).unwrap();
    let changed = "modified  LICENSE\nmodified  README.md\nmodified  app/domains/orders/service.py\ndeleted   app/workers/tasks/count.py\n";
    let run = forge(&place, "status").exits(0).says("pristine, 3 modified, 1 deleted");
    assert_eq!(run.stdout, changed);
    assert_eq!(forge(&place, "status --exit-code --quiet").exits(3).stdout, changed);
    let every = forge(&place, "status --verbose").exits(0).stdout;
    assert!(
        every.contains("pristine  app/api/main.py\n") && every.contains(&changed[..19]),
        "{every}"
    );
    let report = forge(&place, "status --json").exits(0).json();
    assert_eq!(report["files"].as_array().unwrap().len(), every.lines().count());
    assert_eq!(forge(&place, "status --exit-code --json").exits(3).json()["ok"], false);
}

#[test]
fn status_can_be_asked_of_one_domain_or_flow() {
    let place = project();
    edit(&place, SERVICE, &Append("# mine\n"));
    forge(&place, "status orders --exit-code").exits(3).says("1 modified");
    forge(&place, "status Notes --exit-code").exits(0).says("0 modified");
    forge(&place, "status nightly_report").exits(0).says("3 generated files");
    forge(&place, "status order").exits(4).says("did you mean `orders`?");
    forge(&place, "status zzz").exits(4).says("ddd-forge status");
    edit(&place, ".ddd-forge/domains/orders.toml", &Write("[files\n"));
    forge(&place, "status").exits(4).says("`.ddd-forge/domains/orders.toml` is no usable record");
}
