//! Ours beside another subject, in an open cell.

use super::cells::Cell;
use super::escape::Markup;

/// Draws the comparison, where the scenario has one: the worlds agree in it.
pub(super) fn draw(m: &mut Markup, cell: &Cell<'_>) {
    let Some(reference) = cell.cases.iter().find_map(|case| case.reference.as_ref()) else { return };
    let ours = &reference.ours;
    m.tag("table", &[("class", "checks reference")], |m| {
        m.raw("<caption>Beside another subject</caption><thead><tr>");
        m.raw("<th scope=\"col\">subject</th><th scope=\"col\">took it for</th>");
        m.raw("<th scope=\"col\">requests</th><th scope=\"col\">in the end</th></tr></thead><tbody>");
        let class = ours.class.as_deref().unwrap_or("ok");
        let end = match &ours.answered {
            Some(label) => format!("{label} answered"),
            None => "an error, told as one".to_owned(),
        };
        row(m, "this one", class, &ours.requests.to_string(), &end);
        let requests = reference.requests.map_or_else(|| "?".to_owned(), |count| count.to_string());
        let told = if reference.told.is_empty() {
            format!("its probe says {}", reference.probe)
        } else {
            format!("told: {} (its probe says {})", reference.told, reference.probe)
        };
        row(m, &reference.subject, &reference.reason, &requests, &told);
        m.raw("</tbody>");
    });
    if !reference.differs.is_empty() {
        m.tag("ul", &[("class", "differs")], |m| {
            for sentence in &reference.differs {
                m.words("li", "", sentence);
            }
        });
    }
}

fn row(m: &mut Markup, subject: &str, reason: &str, requests: &str, end: &str) {
    m.tag("tr", &[], |m| {
        m.words("td", "", subject);
        m.tag("td", &[], |m| m.words("code", "", reason));
        m.words("td", "", requests);
        m.words("td", "", end);
    });
}
