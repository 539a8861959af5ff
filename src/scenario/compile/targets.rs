//! Targets: the mocks that answer, with their faults.

use serde_saphyr::Spanned;

use super::{Compiler, place};
use crate::fault::Spec;
use crate::mock::{UpstreamTarget, rehearse};
use crate::problem::{Place, Problem};
use crate::scenario::schema::{FaultUse, Target};

impl Compiler<'_> {
    /// A target with a mock; `None` for a provider without a model, and where there are problems.
    pub(super) fn target(&mut self, name: &str, written: &Spanned<Target>) -> Option<UpstreamTarget> {
        let at = place(self.source, written);
        let Some((provider, model)) = name.split_once('/') else {
            if let Some(mock) = &written.value.mock {
                let problem = Problem::new(format!("`{name}` names no model, so no mock can answer for it"))
                    .at(place(self.source, mock))
                    .hint("write it as `provider/model`");
                self.problem(problem);
            }
            return None;
        };
        let Some(mock) = &written.value.mock else {
            self.problem(Problem::new(format!("`{name}` has no mock")).at(at).hint("add `mock: <id>`"));
            return None;
        };
        let case = match self.library.find(&mock.value) {
            Ok(case) => case,
            Err(problem) => {
                let at = place(self.source, mock);
                self.problem(problem.at(at));
                return None;
            }
        };
        self.sendable(&written.value, &at);
        let known = self.configured(provider, model);
        if let Some(api) = known.as_ref().and_then(|known| known.api)
            && api != case.dialect.openclaw_api()
        {
            let problem = Problem::new(format!(
                "the configuration says that {provider} speaks `{api}`, and the mock speaks `{}`",
                case.dialect.openclaw_api()
            ));
            self.problem(problem.at(place(self.source, mock)));
        }
        let base_url = written.value.base_url.clone().or_else(|| known.and_then(|known| known.base_url));
        let target = UpstreamTarget {
            provider: provider.to_owned(),
            model: model.to_owned(),
            dialect: case.dialect,
            base_url: base_url
                .unwrap_or_else(|| format!("http://{provider}.invalid{}", case.dialect.base_path())),
            case,
            faults: written.value.faults.iter().filter_map(|used| self.fault(used)).collect(),
        };
        self.try_faults(&target, &at);
        Some(target)
    }

    /// A base URL and a key that can go on the wire.
    fn sendable(&mut self, written: &Target, at: &Place) {
        if let Some(url) = &written.base_url
            && !(url.starts_with("http://") || url.starts_with("https://"))
        {
            let problem = Problem::new(format!("`{}` is no base URL", url.escape_debug())).at(at.clone());
            self.problem(problem.hint("write it as `https://host/path`"));
        }
        if written.key.as_ref().is_some_and(|key| key.chars().any(|c| !c.is_ascii_graphic())) {
            let problem = Problem::new("the key holds a character that no header can carry").at(at.clone());
            self.problem(problem.hint("keys are of visible ASCII characters"));
        }
    }

    fn fault(&mut self, used: &Spanned<FaultUse>) -> Option<Spec> {
        match Spec::read(&used.value.0) {
            Ok(spec) => Some(spec),
            Err(problem) => {
                self.problem(problem.at(place(self.source, used)));
                None
            }
        }
    }

    /// Applies every fault once, so that what cannot work is told before anything runs.
    fn try_faults(&mut self, target: &UpstreamTarget, at: &Place) {
        if let Err(problem) = rehearse(target, self.file.request.stream.unwrap_or(true)) {
            self.problem(problem.at(at.clone()));
        }
    }
}
