/// How the page looks: system fonts, light or dark as the reader prefers, legible on a phone and on paper.
enum PageStyle {
    static let css: StaticString = """

        :root {
          color-scheme: light dark;
          --paper: #fcfcfb; --card: #ffffff; --ink: #1c2127; --quiet: #5d6670; --line: #e3e5e8; --tint: #f3f4f5;
          --bert: #0072b2; --clip: #c8540a; --random: #6e7781; --none: #8a6d00; --real: #00805c;
          --warn: #fff6e0; --warn-line: #e0b040;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #101317; --card: #14171c; --ink: #e4e7eb; --quiet: #9aa4af; --line: #2b3138; --tint: #1b1f25;
            --bert: #56b4e9; --clip: #f29a4a; --random: #a3abb5; --none: #e6cf5a; --real: #3ccf9f;
            --warn: #2a2415;
            --warn-line: #8f7430;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--paper); color: var(--ink);
          font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
          -webkit-text-size-adjust: 100%; text-rendering: optimizeLegibility;
        }
        main, body > header, body > footer { max-width: 1080px; margin: 0 auto; padding: 0 24px; }
        body > header { padding-top: 56px; }
        .eyebrow { margin: 0 0 8px; color: var(--quiet); font-size: 13px; letter-spacing: .06em;
          text-transform: uppercase; }
        h1 { margin: 0; font-size: clamp(28px, 4.6vw, 42px); line-height: 1.15; letter-spacing: -.02em;
          text-wrap: balance; }
        h2 { margin: 0 0 12px; font-size: 22px; line-height: 1.3; letter-spacing: -.01em; }
        h3 { margin: 28px 0 8px; font-size: 16px; }
        p { margin: 0 0 14px; max-width: 70ch; text-wrap: pretty; }
        .subtitle { color: var(--quiet); margin: 10px 0 26px; }
        .lead { font-size: 17px; }
        .finding { border-left: 3px solid var(--ink); padding-left: 16px; margin: 0 0 22px; font-size: 17px;
          font-weight: 500; }
        section { margin-top: 56px; }
        .quiet, .notes { color: var(--quiet); font-size: 14px; line-height: 1.5; }
        .notes { margin: 10px 0 0; padding: 0; list-style: none; max-width: 100ch; }
        .notes li { margin-bottom: 3px; }
        .warning {
          background: var(--warn); border-left: 3px solid var(--warn-line); border-radius: 0 6px 6px 0;
          padding: 10px 16px; margin: 0 0 16px; max-width: 76ch;
        }
        .warning p:last-child { margin: 0; }
        dl { margin: 0; max-width: 76ch; font-size: 15px; line-height: 1.5; }
        dt { font-weight: 600; }
        dd { margin: 0 0 10px; color: var(--quiet); }
        section > figure + p { margin-top: 24px; }
        .caveats { padding-left: 20px; margin: 0; max-width: 70ch; }
        .caveats li { margin-bottom: 8px; }
        .caveats + .lead { margin-top: 20px; }
        nav { margin-top: 26px; font-size: 14px; display: flex; flex-wrap: wrap; gap: 4px 18px; }
        nav a { color: var(--quiet); text-decoration: none; border-bottom: 1px solid var(--line); }
        nav a:hover { color: var(--ink); border-color: currentColor; }
        .box { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
        .box:focus-visible { outline: 2px solid var(--bert); outline-offset: 2px; }
        .box + .box, .box + h3 { margin-top: 20px; }

        table { border-collapse: collapse; width: 100%; font-size: 14px; line-height: 1.4;
          font-variant-numeric: tabular-nums; }
        caption { text-align: left; font-weight: 600; padding: 12px 16px 4px; }
        th, td { padding: 9px 14px; text-align: left; white-space: nowrap; vertical-align: baseline; }
        td.long { white-space: normal; min-width: 22ch; }
        td.breaks, table:has(td.breaks) thead th { white-space: normal; }
        table:has(td.breaks):has(th:nth-child(7)) :is(th, td):not(:first-child) { padding: 9px 8px; }
        th { font-weight: 500; font-size: 13px; color: var(--quiet); }
        thead th { border-bottom: 1px solid var(--line); }
        th button { all: unset; cursor: pointer; display: inline; }
        th button:hover { color: var(--ink); }
        th button:focus-visible { outline: 2px solid var(--bert); outline-offset: 2px; border-radius: 2px; }
        th[aria-sort="descending"] button::after { content: " ▾"; }
        th[aria-sort="ascending"] button::after { content: " ▴"; }
        tbody tr + tr td, tbody tr + tr th { border-top: 1px solid var(--line); }
        .box > table:not(.gallery) :is(th, td):first-child { position: sticky; left: 0; background: var(--card); }
        .box.fit { width: fit-content; max-width: 100%; }
        .box.fit th, .box.fit td { padding-right: 32px; }
        .box.tight th, .box.tight td { padding-left: 8px; padding-right: 8px; }
        .right { text-align: right; }
        td:first-child, th:first-child { padding-left: 18px; }
        td:last-child, th:last-child { padding-right: 18px; }

        figure { margin: 20px 0 0; }
        .chart { padding: 20px 20px 12px; }
        .chart svg { display: block; width: 100%; max-width: 860px; height: auto; margin: 0 auto; }
        .narrow-only { display: none; }
        figcaption { color: var(--quiet); font-size: 14px; line-height: 1.5; margin-top: 10px; max-width: 80ch; }
        .panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(270px, 100%), 1fr));
          gap: 8px; padding: 16px 14px 8px; }
        .panels.wide { grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); max-width: 100%; }
        .panels.wide:has(> :only-child) { grid-template-columns: minmax(0, 600px); max-width: 628px; }
        .box + details, .notes + details, figure + details, div + details { margin-top: 18px; }
        .legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 8px; font-size: 14px; }
        .legend span { display: inline-flex; align-items: center; gap: 6px; }
        .legend svg { width: 34px; height: 12px; }
        .panels svg { display: block; width: 100%; height: auto; }

        .box.tall { max-height: min(88vh, 1000px); overflow: auto; }
        .gallery { width: max-content; min-width: 100%; }
        .gallery th, .gallery td { border: 0; vertical-align: top; text-align: center; padding: 6px 8px; }
        .gallery thead th { padding: 14px 8px 10px; line-height: 1.3; position: sticky; top: 0; z-index: 2;
          background: var(--card); box-shadow: inset 0 -1px var(--line); }
        .gallery th.words { text-align: left; padding: 18px 18px 4px; font-weight: 400; }
        .gallery tbody + tbody th.words { border-top: 1px solid var(--line); }
        .gallery tbody tr:last-child td { padding-bottom: 16px; }
        .words .said {
          position: sticky; left: 18px; display: block; width: max-content;
          max-width: min(84ch, calc(100vw - 90px)); white-space: normal; color: var(--ink); font-size: 15px;
          line-height: 1.5;
        }
        .words .mentions { display: block; color: var(--quiet); font-size: 12.5px; margin-top: 2px; }
        .gallery td:first-child { padding-left: 14px; }
        .gallery td { width: 1%; }
        .gallery td.rest, .gallery th.rest { width: auto; padding: 0; }
        .face { width: 128px; height: 128px; display: block; margin: 0 auto; border-radius: 6px;
          background: var(--tint);
          image-rendering: crisp-edges; image-rendering: pixelated; object-fit: contain; }
        .missing { width: 128px; min-height: 128px; margin: 0 auto; padding: 12px; border: 1px dashed var(--line);
          border-radius: 6px; font-size: 12px; line-height: 1.4; color: var(--quiet); white-space: normal;
          overflow-wrap: anywhere; display: flex; align-items: center; justify-content: center; }
        .small .face, .small .missing { width: 106px; min-height: 106px; }
        .small .face { height: 106px; }
        .detail { display: block; margin-top: 2px; font-size: 12.5px; }
        .score { display: block; margin-top: 5px; font-size: 13px; color: var(--quiet); }
        .score strong { color: var(--ink); font-weight: 600; }
        .name { color: var(--ink); font-weight: 600; }
        .name::before { content: ""; display: inline-block; width: 9px; height: 9px; margin-right: 7px; }
        .name.bert::before { background: var(--bert); border-radius: 50%; }
        .name.clip::before { background: var(--clip); transform: rotate(45deg); }
        .name.random::before { background: var(--random); }
        .name.none::before { background: var(--none); clip-path: polygon(50% 0, 100% 100%, 0 100%); }
        .name.real::before { background: var(--real); border-radius: 2px; }

        details { border-top: 1px solid var(--line); padding: 14px 0; }
        details:last-of-type { border-bottom: 1px solid var(--line); }
        summary { cursor: pointer; font-weight: 600; }
        details > .box { margin-top: 12px; }
        .facts td:first-child { color: var(--quiet); width: 1%; }
        .facts td { white-space: normal; overflow-wrap: anywhere; }
        body > footer { margin-top: 56px; padding-bottom: 64px; color: var(--quiet); font-size: 13px; }

        @media (max-width: 640px) {
          main, body > header, body > footer { padding: 0 16px; }
          body > header { padding-top: 32px; }
          section { margin-top: 44px; }
          .face, .missing, .small .face, .small .missing { width: 104px; min-height: 104px; }
          .face, .small .face { height: 104px; }
          .wide-only { display: none; }
          .narrow-only { display: block; }
          .chart { padding: 12px 8px 8px; }
          th, td { padding: 8px 9px; }
          td:first-child, th:first-child { padding-left: 12px; }
          .box.fit th, .box.fit td { padding-right: 16px; }
        }
        @media print {
          :root {
            --paper: #ffffff; --card: #ffffff; --ink: #000000; --quiet: #4a525a; --line: #c9ced4; --tint: #f3f4f5;
            --bert: #0072b2; --clip: #c8540a; --random: #6e7781; --none: #8a6d00; --real: #00805c;
          --warn: #fff6e0; --warn-line: #e0b040;
          }
          @page { margin: 16mm 14mm; }
          body { font-size: 10.5pt; line-height: 1.45; }
          main, body > header, body > footer { max-width: none; padding: 0; }
          body > header { padding-top: 0; }
          section { margin-top: 28px; }
          nav { display: none; }
          h2, h3, caption, summary { break-after: avoid; }
          .box, .box.tall { overflow: visible; border: 0; max-height: none; }
          table { font-size: 8.5pt; }
          th, td { padding: 3px 5px; white-space: normal; }
          thead { display: table-header-group; }
          tr, .warning, .chart, .panels:not(.wide), .panels svg, .gallery tbody, li, dt { break-inside: avoid; }
          .chart svg { max-width: 520px; }
          .facts td { padding: 1px 5px; font-size: 7.5pt; line-height: 1.25; overflow-wrap: break-word; }
          .facts td:first-child { width: auto; white-space: nowrap; }
          /* Settings and provenance: two columns of pairs. */
          .facts:not(:has(td:nth-child(3))), .facts:not(:has(td:nth-child(3))) tbody { display: block; }
          .facts:not(:has(td:nth-child(3))) thead { display: none; }
          .facts:not(:has(td:nth-child(3))) tbody { columns: 2; column-gap: 8mm; }
          .facts:not(:has(td:nth-child(3))) tr { display: flex; }
          .facts:not(:has(td:nth-child(3))) td { flex: 1 1 60%; border: 0; white-space: pre-wrap; }
          .facts:not(:has(td:nth-child(3))) td:first-child { flex: 1 1 40%; }
          figure:has(> .legend + .panels > :only-child) { break-inside: avoid; }
          .legend { break-after: avoid; }
          dt { break-after: avoid; }
          .gallery, .gallery.small { width: 100%; min-width: 0; }
          .gallery thead th, .box > table :is(th, td):first-child { position: static; }
          .gallery th, .gallery td { padding: 2px; }
          .words .said { max-width: none; width: auto; position: static; font-size: 9.5pt; }
          .gallery td.rest, .gallery th.rest { display: none; }
          .score { white-space: nowrap; font-size: 8pt; }
          .face, .small .face { width: 84px; height: 84px; }
          .missing, .small .missing { width: 84px; min-height: 84px; padding: 4px; font-size: 8px; }
          details { border: 0; padding: 6px 0; }
          details::details-content { content-visibility: visible; height: auto; }
          .panels { grid-template-columns: repeat(3, 1fr); }
          .panels.wide { grid-template-columns: repeat(2, 1fr); max-width: none; }
          .panels.wide:has(> :only-child) { grid-template-columns: minmax(0, 360px); max-width: 388px; }
          .wide-only { display: block; }
          .narrow-only { display: none; }
        }

        """
}
