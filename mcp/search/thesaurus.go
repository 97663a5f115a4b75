package search

import "strings"

// thesaurus lists words that API authors and API users choose for the same thing. A line is a group; a word may be
// in several.
//
// What belongs here: verbs of create-read-update-delete and words of any software product or business, where the
// choice between them is habit ("delete" or "remove", "price" or "cost"). What does not: the vocabulary of one API or one trade;
// those words come from the schema's own descriptions. A synonym counts less than the word itself, so a wrong one costs
// little.
const thesaurus = `
create add new insert register open make start
delete remove destroy erase drop
update edit change modify set
get fetch read show view list
cancel abort stop revoke
send submit post publish
enable activate allow
disable deactivate block
hide minimize collapse
assign allocate
approve accept confirm
reject decline deny dismiss
find search lookup query
move transfer
copy clone duplicate
join merge combine
user member account person people
customer client buyer
author creator owner
vendor supplier seller merchant
employee staff worker
company organization business enterprise
issue ticket bug
comment note remark reply message
picture image photo avatar
movie film video
song track
document file
folder directory
tag label
category type kind class
status state
price cost amount charge fee
total sum count number
quota limit allowance
latest recent last newest
oldest first earliest
start begin
end finish stop
date time day
due deadline
history log audit
created added
permission access right privilege role
login username handle
email mail
phone telephone mobile
address location place
error failure problem
failed failure
cause reason
setting config configuration preference option
version revision
rating score
stock inventory
cart basket
order purchase
invoice bill
refund reimbursement
shipment shipping delivery
discount coupon promotion
doctor physician practitioner
medicine medication drug
appointment booking reservation visit
parent ancestor
child sub
progress percent percentage completion
size length bytes
body text content
title name headline
link url
website homepage
favorite favourite like star bookmark
follow subscribe
required mandatory
expires expiration expiry
job task
main default primary
draft unpublished
public visible
private hidden
`

// loadThesaurus maps each stemmed word to the stems of its groups, itself left out, in the order of the text.
func loadThesaurus() map[string][]string {
	table := make(map[string][]string)
	for line := range strings.Lines(thesaurus) {
		group := strings.Fields(line)
		for i, w := range group {
			for j, other := range group {
				if i != j {
					table[stem(w)] = append(table[stem(w)], stem(other))
				}
			}
		}
	}
	return table
}
