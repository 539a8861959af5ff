//! Wire acts for snapshots.

use provoke::fault::wire::WireAct;

/// Wire acts as people read them: a line for each line written; what repeats is counted.
pub(super) fn show(acts: &[WireAct]) -> String {
    let lines: Vec<String> = acts.iter().map(show_act).collect();
    let mut out = String::new();
    let mut at = 0;
    while at < lines.len() {
        let (width, times) = (1..=2)
            .map(|width| (width, repeats(&lines[at..], width)))
            .max_by_key(|(width, times)| (*times > 2, width * times))
            .unwrap();
        let (width, times) = if times > 2 { (width, times) } else { (1, 1) };
        if times > 1 {
            out.push_str(&format!("{times} times:\n"));
        }
        for line in &lines[at..at + width] {
            out.push_str(line);
        }
        at += width * times;
    }
    out
}

fn repeats(lines: &[String], width: usize) -> usize {
    lines.chunks_exact(width).take_while(|chunk| *chunk == &lines[..width.min(lines.len())]).count()
}

fn show_act(act: &WireAct) -> String {
    match act {
        WireAct::Write(bytes) => {
            let shown = &bytes[..bytes.len().min(1_000)];
            let mut text = format!("write {}\n", bytes.len());
            for line in shown.split_inclusive(|byte| *byte == b'\n') {
                let line = line.escape_ascii().to_string().replace("\\\"", "\"").replace("\\'", "'");
                text.push_str(&format!("  {line}\n"));
            }
            if shown.len() < bytes.len() {
                text.push_str("  …\n");
            }
            text
        }
        WireAct::Wait(span) => format!("wait {span:?}\n"),
        other => format!("{}\n", format!("{other:?}").to_lowercase()),
    }
}
