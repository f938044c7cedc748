//! Rebuilds the binary when a template is added, which the embedding macro alone does not notice.

fn main() {
    println!("cargo::rerun-if-changed=templates");
}
