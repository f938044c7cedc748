//! Imports follow from what is used: those that we no longer write go unless something of the user's
//! needs them, and those that are new come where they are not there.

use super::super::imports::{put_name, remove_import};
use super::super::pieces::Import;
use super::super::syntax::{Binding, Module};
use crate::edit::text::{Splices, line_end, next_line};

/// Returns `text`, in which all but the imports is merged, with the imports that theirs has and
/// base has not, and without those that base has and theirs has not.
///
/// # Errors
/// Fails with a line where the text is not valid Python.
pub fn merge(base: &Module<'_>, text: String, theirs: &Module<'_>) -> Result<String, usize> {
    let (old, new) = (base.imports(), theirs.imports());
    let module = Module::parse(&text)?;
    let own = module.imports();
    let goes = |import: &Import| old.contains(import) && !new.contains(import);
    let still: Vec<_> =
        own.iter().filter(|import| goes(import) && module.is_used(import.called())).collect();
    let own_block = module.import_block().map(|range| &text[range]);
    let base_block = base.import_block().map(|range| &base.source[range]);
    if let (true, Some(range), Some(block)) =
        (own_block == base_block && still.is_empty(), module.import_block(), theirs.import_block())
    {
        return Ok(format!(
            "{}{}{}",
            &text[..range.start],
            &theirs.source[block],
            &text[range.end..]
        ));
    }
    let gone: Vec<Import> =
        own.iter().filter(|import| goes(import) && !still.contains(import)).cloned().collect();
    let come = new.into_iter().filter(|import| !old.contains(import) && !own.contains(import));
    let come: Vec<Import> = come.collect();
    let text = gone.iter().try_fold(text, without)?;
    come.iter().try_fold(text, |text, import| with(text, import, theirs))
}

/// Returns `text` without an import.
fn without(text: String, import: &Import) -> Result<String, usize> {
    let module = Module::parse(&text)?;
    let Some((statement, name, line)) = module.import_place(import) else {
        return Ok(text);
    };
    let binding = Binding {
        expression: import.called().to_owned(),
        top_level: true,
        is_module: false,
        line,
        statement,
        name,
    };
    let mut splices = Splices::default();
    remove_import(&module, &binding, &mut splices);
    Ok(splices.apply(&text))
}

/// Returns `text` with an import: beside others of its module, or where theirs has its line.
fn with(text: String, import: &Import, theirs: &Module<'_>) -> Result<String, usize> {
    let module = Module::parse(&text)?;
    let mut splices = Splices::default();
    let kin = module.import_statements().into_iter().find(|node| {
        import.module.is_some() && module.imported_module(*node) == import.module.as_deref()
    });
    if let Some(statement) = kin {
        put_name(&module, statement, &import.to_string(), &mut splices);
        return Ok(splices.apply(&text));
    }
    let end = line_end(&text);
    let line = import.line();
    let statements = theirs.import_statements();
    let place = statements.iter().position(|node| theirs.names_import(*node, import));
    let place = place.expect("theirs has the import");
    let here = |node| {
        let key = theirs.key(node);
        module.import_statements().into_iter().find(|own| module.key(*own) == key)
    };
    let between = |index: usize| {
        // Nothing, or the empty line between two groups.
        let (one, two) = (statements[index].end_byte(), statements[index + 1].start_byte());
        theirs.source[one..two].matches('\n').count() > 1
    };
    let before = (0..place).rev().find_map(|index| Some((index, here(statements[index])?)));
    let after =
        (place + 1..statements.len()).find_map(|index| Some((index, here(statements[index])?)));
    let nearest = |index: usize| (index.min(place)..index.max(place)).any(between);
    match (before, after) {
        (Some((index, node)), _) if !nearest(index) || after.is_none() => {
            let (place, ended) = next_line(&text, node.end_byte());
            let blank = if nearest(index) { end } else { "" };
            let line =
                if ended { format!("{blank}{line}{end}") } else { format!("{end}{blank}{line}") };
            splices.insert(place, line);
        }
        (_, Some((index, node))) => {
            let blank = if nearest(index) { end } else { "" };
            splices.insert(node.start_byte(), format!("{line}{end}{blank}"));
        }
        (Some(_), None) => unreachable!("the first arm takes what nothing follows"),
        (None, None) => {
            let docstring =
                module.statements().first().copied().filter(|node| module.is_text(*node));
            match docstring {
                Some(node) => splices.insert(node.end_byte(), format!("{end}{end}{line}")),
                None => splices.insert(0, format!("{line}{end}{end}{end}")),
            }
        }
    }
    Ok(splices.apply(&text))
}
