//! A heat map: a table in which each cell has one of a few states, such as checks × faults.

use super::escape::Markup;

/// Notes that are listed below one map.
const NOTES_MAX: usize = 200;

/// A table of states. It is plain data: what a state means was decided before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeatMap {
    /// Its heading.
    pub title: String,
    /// What it shows, in a sentence or two.
    pub about: String,
    /// What the columns are, such as `check`.
    pub column_kind: String,
    /// What the rows are, such as `fault`.
    pub row_kind: String,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<HeatRow>,
}

/// One row of a heat map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeatRow {
    /// Its name.
    pub name: String,
    /// Its cells, in the order of the columns; those that lack do not apply.
    pub cells: Vec<HeatCell>,
}

/// One cell of a heat map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeatCell {
    /// Its state.
    pub heat: Heat,
    /// Why, in a sentence; may be empty.
    pub note: String,
}

/// The state of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Heat {
    /// There is nothing to see in this cell.
    NotApplicable,
    /// It did not fire.
    Silent,
    /// It fired on its own.
    Own,
    /// It fired on something else, and that is explained.
    Explained,
    /// It fired on something else, or kept silent on its own, and nothing explains it.
    Unexplained,
}

impl Heat {
    /// All states, the mildest first.
    const ALL: [Self; 5] = [Self::NotApplicable, Self::Silent, Self::Own, Self::Explained, Self::Unexplained];

    const fn name(self) -> &'static str {
        match self {
            Self::NotApplicable => "does not apply",
            Self::Silent => "silent",
            Self::Own => "fires on its own",
            Self::Explained => "explained",
            Self::Unexplained => "unexplained",
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::NotApplicable => "h-none",
            Self::Silent => "h-silent",
            Self::Own => "h-own",
            Self::Explained => "h-explained",
            Self::Unexplained => "h-unexplained",
        }
    }

    /// A shape, so that colour is not all that tells.
    const fn sign(self) -> &'static str {
        match self {
            Self::NotApplicable => "",
            Self::Silent => "·",
            Self::Own => "●",
            Self::Explained => "○",
            Self::Unexplained => "✕",
        }
    }
}

/// Draws a map with its legend, and the notes of what stands out as a list.
pub(super) fn draw(m: &mut Markup, map: &HeatMap) {
    m.raw("<section class=\"heat\">\n");
    m.words("h2", "", &map.title);
    m.words("p", "lead", &map.about);
    legend(m, map);
    m.tag("div", &[("class", "scroll"), ("tabindex", "0")], |m| {
        m.tag("table", &[], |m| {
            m.tag("caption", &[], |m| m.text(&map.title));
            m.raw("<thead><tr>");
            m.tag("th", &[("scope", "col")], |m| m.text(&format!("{} \\ {}", map.row_kind, map.column_kind)));
            for column in &map.columns {
                m.tag("th", &[("scope", "col")], |m| m.words("span", "", column));
            }
            m.raw("</tr></thead>\n<tbody>\n");
            for row in &map.rows {
                draw_row(m, map, row);
            }
            m.raw("</tbody>");
        });
    });
    notes(m, map);
    m.raw("</section>\n");
}

/// Each state with how many cells are in it.
fn legend(m: &mut Markup, map: &HeatMap) {
    m.raw("<ul class=\"key\">");
    for heat in Heat::ALL {
        let count = map.rows.iter().map(|row| {
            let cells = (0..map.columns.len()).map(|place| heat_of(row, place));
            cells.filter(|one| *one == heat).count()
        });
        let count: usize = count.sum();
        m.tag("li", &[], |m| {
            m.tag("span", &[("class", heat.class()), ("aria-hidden", "true")], |m| m.text(heat.sign()));
            m.text(&format!(" {count} {}", heat.name()));
        });
    }
    m.raw("</ul>\n");
}

fn heat_of(row: &HeatRow, place: usize) -> Heat {
    row.cells.get(place).map_or(Heat::NotApplicable, |cell| cell.heat)
}

fn draw_row(m: &mut Markup, map: &HeatMap, row: &HeatRow) {
    m.tag("tr", &[], |m| {
        m.tag("th", &[("scope", "row")], |m| m.text(&row.name));
        for place in 0..map.columns.len() {
            let heat = heat_of(row, place);
            let note = row.cells.get(place).map_or("", |cell| cell.note.as_str());
            let title = [("class", heat.class()), ("title", note)];
            m.tag("td", &title[..if note.is_empty() { 1 } else { 2 }], |m| {
                m.text(heat.sign());
                m.words("i", "", heat.name());
            });
        }
    });
    m.raw("\n");
}

/// A title shows only under a mouse: what stands out is listed for everyone.
fn notes(m: &mut Markup, map: &HeatMap) {
    for heat in [Heat::Unexplained, Heat::Explained] {
        let cells = map.rows.iter().flat_map(|row| {
            let named = map.columns.iter().zip(&row.cells);
            named.map(move |(column, cell)| (row.name.as_str(), column.as_str(), cell))
        });
        let all: Vec<_> = cells.filter(|(_, _, cell)| cell.heat == heat).collect();
        if all.is_empty() {
            continue;
        }
        m.raw("<details class=\"notes\"><summary>");
        m.text(&format!("{} {}", all.len(), heat.name()));
        m.raw("</summary><ul>\n");
        for (row, column, cell) in all.iter().take(NOTES_MAX) {
            m.tag("li", &[], |m| {
                m.words("code", "", row);
                m.raw(" × ");
                m.words("code", "", column);
                if !cell.note.is_empty() {
                    m.text(&format!(": {}", cell.note));
                }
            });
            m.raw("\n");
        }
        if all.len() > NOTES_MAX {
            m.words("li", "faint", &format!("and {} more", all.len() - NOTES_MAX));
        }
        m.raw("</ul></details>\n");
    }
}
