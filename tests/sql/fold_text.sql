-- fold_text: what searches compare.
select is(fold_text(given), expected, given)
  from (values ('ABC', 'abc'), ('Café', 'cafe'), ('CAFE' || chr(769), 'cafe'), ('ＡＢＣ１２３', 'abc123'), ('ﬁne', 'fine'),
               ('ÀÉÎÕÜ', 'aeiou'), ('ΆΣ', 'ασ'), ('ЙОД', 'иод'), ('İstanbul', 'istanbul'), ('漂流', '漂流'), ('ガ', 'ガ'),
               ('ｶﾞ', 'ガ'), ('한국', '한국'), ('𝔘𝔫𝔦', 'uni'), ('🦊', '🦊'), ('50% _a\', '50% _a\'), ('', '')) v (given, expected);
select is(fold_text(null), null, 'nothing stays nothing');
