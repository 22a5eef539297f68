//! Tables and numbers as people read them.

/// A Markdown table whose columns line up. The first `left` columns are text,
/// the rest numbers.
#[must_use]
pub fn table(left: usize, headers: &[String], rows: &[Vec<String>]) -> String {
    let widths: Vec<usize> = (0..headers.len())
        .map(|column| width(column, headers, rows))
        .collect();
    let mut text = row(left, &widths, headers);
    text.push_str(&rule(left, &widths));
    for cells in rows {
        text.push_str(&row(left, &widths, cells));
    }
    text
}

/// Three significant digits, with commas between thousands.
#[must_use]
pub fn number(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        _ if size >= 99.95 || size == 0.0 => 0,
        _ if size >= 9.995 => 1,
        _ if size >= 0.0995 => 2,
        _ => 3,
    };
    with_commas(&format!("{value:.decimals$}"))
}

/// A number, or a dash where there is none.
#[must_use]
pub fn number_or_dash(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), number)
}

fn with_commas(number: &str) -> String {
    let (whole, rest) = number
        .find('.')
        .map_or((number, ""), |dot| number.split_at(dot));
    let (sign, digits) = whole
        .strip_prefix('-')
        .map_or(("", whole), |digits| ("-", digits));
    let mut text = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

fn width(column: usize, headers: &[String], rows: &[Vec<String>]) -> usize {
    let cells = rows.iter().filter_map(|cells| cells.get(column));
    cells
        .chain(headers.get(column))
        .map(|cell| cell.chars().count())
        .max()
        .unwrap_or(0)
        .max(3)
}

fn row(left: usize, widths: &[usize], cells: &[String]) -> String {
    let mut text = String::from("|");
    for (column, width) in widths.iter().copied().enumerate() {
        let cell = cells.get(column).map_or("", String::as_str);
        text += &match column < left {
            true => format!(" {cell:<width$} |"),
            false => format!(" {cell:>width$} |"),
        };
    }
    text + "\n"
}

fn rule(left: usize, widths: &[usize]) -> String {
    let mut text = String::from("|");
    for (column, width) in widths.iter().copied().enumerate() {
        text += &match column < left {
            true => format!("{}|", "-".repeat(width + 2)),
            false => format!("{}:|", "-".repeat(width + 1)),
        };
    }
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|&cell| cell.to_owned()).collect()
    }

    #[test]
    fn numbers_have_three_digits_that_count() {
        let cases = [
            (0.0, "0"),
            (0.0123, "0.012"),
            (0.75, "0.75"),
            (8.064, "8.06"),
            (9.999, "10.0"),
            (42.04, "42.0"),
            (99.97, "100"),
            (1536.4, "1,536"),
            (29344.0, "29,344"),
            (1234567.0, "1,234,567"),
            (-1234.0, "-1,234"),
            (-123.0, "-123"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
        assert_eq!(number_or_dash(None), "–");
    }

    #[test]
    fn columns_line_up() {
        let rows = [strings(&["fan-out", "8.06"]), strings(&["idle", "µ1,024"])];
        assert_eq!(
            table(1, &strings(&["what", "n"]), &rows),
            "| what    |      n |\n\
             |---------|-------:|\n\
             | fan-out |   8.06 |\n\
             | idle    | µ1,024 |\n"
        );
    }

    #[test]
    fn a_short_row_is_filled() {
        let text = table(1, &strings(&["a", "b"]), &[strings(&["x"])]);
        assert!(text.ends_with("| x   |     |\n"), "{text}");
    }
}
