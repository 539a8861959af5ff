
// Everything here is a convenience: without it, the page shows all and hides nothing.
(() => {
  'use strict';
  const find = (id) => document.getElementById(id);
  const bar = find('filter');
  if (!bar) return;
  const fields = ['q', 'observed', 'verdict'].map(find);
  const [words, observed, verdict] = fields;
  const items = [...document.querySelectorAll('[data-observed]')].map((element) => {
    const own = element.querySelector('summary') || element;
    const scenario = element.closest('.scenario');
    const above = scenario ? scenario.querySelector('h3').textContent : '';
    return { element, text: (above + ' ' + own.textContent).toLowerCase() };
  });
  const groups = [...document.querySelectorAll('[data-group]')];
  const cells = items.filter((item) => item.element.matches('.cell'));

  const shows = (item, wanted) => {
    const { observed: state, verdict: result } = item.element.dataset;
    const odd = verdict.value === 'odd' && result !== 'pass';
    return wanted.every((word) => item.text.includes(word))
      && (!observed.value || observed.value === state)
      && (!verdict.value || odd || verdict.value === result);
  };

  const apply = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const active = fields.some((field) => field.value);
    for (const item of items) item.element.hidden = !shows(item, wanted);
    for (const group of groups) {
      group.hidden = !group.querySelector('[data-observed]:not([hidden])');
      if (group.matches('.fold')) group.open = active && !group.hidden;
    }
    const left = cells.filter((item) => !item.element.hidden).length;
    find('count').textContent = active ? `${left} of ${cells.length} cells` : `${cells.length} cells`;
  };

  const remember = () => {
    const state = new URLSearchParams();
    for (const field of fields) if (field.value) state.set(field.id, field.value);
    history.replaceState(null, '', '#' + state);
  };

  // A hash is either the state of the filter or the name of a cell.
  const follow = () => {
    const hash = location.hash.slice(1);
    if (hash.includes('=')) {
      const state = new URLSearchParams(hash);
      for (const field of fields) field.value = state.get(field.id) || '';
      for (const field of fields) if (field.selectedIndex === -1) field.value = '';
      apply();
    } else if (hash) {
      const target = find(hash);
      if (!target || !target.matches('.cell')) return;
      if (target.hidden) {
        for (const field of fields) field.value = '';
        apply();
      }
      target.open = true;
      target.scrollIntoView();
    }
  };

  for (const field of fields) {
    field.addEventListener('input', () => { apply(); remember(); });
  }
  find('open').addEventListener('click', (event) => {
    const open = event.target.textContent === 'Open all';
    for (const { element } of cells) if (!element.hidden) element.open = open;
    event.target.textContent = open ? 'Close all' : 'Open all';
  });
  document.addEventListener('keydown', (event) => {
    const typing = event.target.matches('input, select');
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      words.focus();
    }
  });
  addEventListener('hashchange', follow);
  bar.hidden = false;
  apply();
  follow();
})();
