//! The mutation matrix: which check fires on which fault.

/// Checks against faults, and against health.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matrix {
    /// What can fire.
    pub columns: Vec<Column>,
    /// What it can fire on.
    pub rows: Vec<Row>,
    /// Runs in which nothing may fire.
    pub health: Health,
}

/// Something that can fire: a check, or the rule behind a cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The id of the check or of the cause.
    pub id: String,
    /// Whether it is a check of the router; else it is a cause, told of the provider.
    pub check: bool,
    /// Why no row here can bring it out, where none can.
    pub elsewhere: Option<String>,
}

/// A fault in a dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its code in the catalogue.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its kind, such as `wire` or `conduct`.
    pub kind: String,
    /// The dialect.
    pub dialect: String,
    /// A cell for each column.
    pub cells: Vec<Cell>,
    /// Why more than one column fires, where it does.
    pub why: String,
}

/// What a column did on a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// It has nothing to look at there.
    NotApplicable,
    /// It did not fire, and should not.
    Silent,
    /// It fired on its own fault.
    Own,
    /// It fired on a fault that it is declared to accompany.
    Explained,
    /// It fired where it should not: what it said.
    Unexplained(String),
    /// It did not fire where it should: what came instead.
    Asleep(String),
}

/// Runs of a right router at healthy providers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    /// How many were run.
    pub runs: u32,
    /// What fired, the first few.
    pub alarms: Vec<String>,
}

impl Matrix {
    /// Everything that is not as it should be, in sentences; none when every check is proven.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for row in &self.rows {
            for (cell, column) in row.cells.iter().zip(&self.columns) {
                let fault = format!("{} {} in {}", row.code, row.name, row.dialect);
                match cell {
                    Cell::Unexplained(what) => {
                        problems.push(format!("{} fires on {fault}, unexplained: {what}", column.id));
                    }
                    Cell::Asleep(what) => problems.push(format!("{} sleeps on {fault}: {what}", column.id)),
                    Cell::NotApplicable | Cell::Silent | Cell::Own | Cell::Explained => {}
                }
            }
        }
        for (place, column) in self.columns.iter().enumerate() {
            let fires = self.rows.iter().any(|row| row.cells.get(place) == Some(&Cell::Own));
            if !fires && column.elsewhere.is_none() {
                problems.push(format!("{} is not proven: no fault here is its own", column.id));
            }
        }
        problems.extend(self.health.alarms.iter().map(|alarm| format!("an alarm on health: {alarm}")));
        problems
    }

    /// How many cells there are of each kind: own, explained, silent, wrong.
    #[must_use]
    pub fn totals(&self) -> [usize; 4] {
        let mut totals = [0; 4];
        for cell in self.rows.iter().flat_map(|row| &row.cells) {
            match cell {
                Cell::NotApplicable => {}
                Cell::Own => totals[0] += 1,
                Cell::Explained => totals[1] += 1,
                Cell::Silent => totals[2] += 1,
                Cell::Unexplained(_) | Cell::Asleep(_) => totals[3] += 1,
            }
        }
        totals
    }
}
