package search

// Document is a trusted document.
type Document struct {
	Name, Title, Description, Body string
}

type indexedDocument struct{ Document }

func (x *Index) indexDocument(d Document) indexedDocument { return indexedDocument{d} }
func (x *Index) collectNames()                            {}
