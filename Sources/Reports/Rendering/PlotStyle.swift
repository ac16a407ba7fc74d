/// How plots look: colours that people with any colour vision can tell apart (after Okabe and Ito), on light
/// and on dark paper. Literal colours, no variables: editors and converters for SVG understand them too.
enum PlotStyle {
    static let css: StaticString = """

        .plot { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
        .plot .paper { fill: #ffffff; }
        .plot text { fill: #24292f; font-variant-numeric: tabular-nums; }
        .plot text.quiet { fill: #656d76; font-size: 12px; }
        .plot text.strong { font-weight: 600; }
        .plot .grid { stroke: #8c959f; stroke-opacity: .22; stroke-width: 1; }
        .plot .axis { stroke: #8c959f; stroke-width: 1; fill: none; }
        .plot .window { fill: #8c959f; fill-opacity: .16; }
        .plot .reference { stroke-width: 1.5; stroke-dasharray: 5 4; fill: none; }
        .plot .bert { fill: #0072b2; stroke: #0072b2; }
        .plot .clip { fill: #c8540a; stroke: #c8540a; }
        .plot .random { fill: #6e7781; stroke: #6e7781; }
        .plot .none { fill: #8a6d00; stroke: #8a6d00; }
        .plot .real { fill: #00805c; stroke: #00805c; }
        .plot text.bert, .plot text.clip, .plot text.random, .plot text.none, .plot text.real { stroke: none; }
        .plot .mark { stroke: none; }
        .plot .seed { fill-opacity: .18; stroke-width: 1.2; }
        .plot .interval { stroke-width: 2.5; stroke-linecap: round; fill: none; }
        .plot .curve { stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; fill: none; }
        .plot .training { stroke-width: 1.2; stroke-opacity: .7; stroke-dasharray: 1.5 2.5; fill: none; }
        .plot .others { stroke: #8c959f; stroke-opacity: .6; stroke-width: 1; fill: none; }
        .plot .series-0 { fill: #0072b2; stroke: #0072b2; }
        .plot .series-1 { fill: #c8540a; stroke: #c8540a; }
        .plot .series-2 { fill: #00805c; stroke: #00805c; }
        .plot .series-3 { fill: #a33b7d; stroke: #a33b7d; }
        .plot .series-4 { fill: #8a6d00; stroke: #8a6d00; }
        .plot .series-5 { fill: #3f8fc4; stroke: #3f8fc4; }
        .plot .series-6 { fill: #7a4ec4; stroke: #7a4ec4; }
        .plot .series-7 { fill: #6e7781; stroke: #6e7781; }
        .plot .curve { fill: none; }
        .plot .mark { stroke: none; }
        .plot .dash-1 { stroke-dasharray: 7 4; }
        .plot .dash-2 { stroke-dasharray: 2 4; }
        .plot .dash-3 { stroke-dasharray: 9 4 2 4; }
        .plot .band { stroke: none; fill-opacity: .2; }
        .plot .band.thin { fill-opacity: .1; }
        @media (prefers-color-scheme: dark) {
          .plot .paper { fill: #14171c; }
          .plot text { fill: #e4e7eb; }
          .plot text.quiet { fill: #9aa4af; }
          .plot .bert { fill: #56b4e9; stroke: #56b4e9; }
          .plot .clip { fill: #f29a4a; stroke: #f29a4a; }
          .plot .random { fill: #a3abb5; stroke: #a3abb5; }
          .plot .none { fill: #e6cf5a; stroke: #e6cf5a; }
          .plot .real { fill: #3ccf9f; stroke: #3ccf9f; }
          .plot .series-0 { fill: #56b4e9; stroke: #56b4e9; }
          .plot .series-1 { fill: #f29a4a; stroke: #f29a4a; }
          .plot .series-2 { fill: #3ccf9f; stroke: #3ccf9f; }
          .plot .series-3 { fill: #e58bc2; stroke: #e58bc2; }
          .plot .series-4 { fill: #e6cf5a; stroke: #e6cf5a; }
          .plot .series-5 { fill: #9ccdf0; stroke: #9ccdf0; }
          .plot .series-6 { fill: #b99bf0; stroke: #b99bf0; }
          .plot .series-7 { fill: #a3abb5; stroke: #a3abb5; }
          .plot .curve, .plot .training, .plot .interval, .plot .reference { fill: none; }
          .plot .band, .plot .mark { stroke: none; }
          .plot .training { stroke-opacity: .9; stroke-width: 1.4; }
          .plot .others { stroke: #b6c0cb; stroke-opacity: .6; }
          .plot .grid { stroke: #b6c0cb; stroke-opacity: .25; }
          .plot .axis { stroke: #b6c0cb; }
          .plot .window { fill: #b6c0cb; fill-opacity: .22; }
          .plot .band.thin { fill-opacity: .16; }
        }

        """
}
