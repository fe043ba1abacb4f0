"""Files of ballot papers: read and written, with no Django and no opinion about who won.

Read: BLT, PrefLib, Pabulib and our own published papers (``reading.read_ballot_file`` tells them apart). Written: BLT
and our own. A file that cannot be read is a ``BadFile``, whose sentence names the line and the reason.

Note [What imports do with odd papers]: our own form makes overvotes and gaps impossible; files of others hold both.
An overvote (several candidates at one rank) stays an equal rank for Schulze; where equal ranks cannot be counted the
paper counts down to the rank before it and is exhausted there (SSI 2007/42 sch. 1 r. 43(2); so did Burlington 2006 and
2009, to the vote). A gap (a rank left empty) ends the paper under the Scottish rules, which follow consecutive numbers;
for every other method the later choices move up. A blank paper is kept and counts for nobody. By approval every
candidate named on a paper is approved, of PrefLib's categories only the first.
"""
