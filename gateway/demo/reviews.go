package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"time"
)

// reviewTexts are titles and bodies by rating, from 1 to 5.
var reviewTexts = [5][]struct{ title, body string }{
	{{"Broken on arrival", "The parcel was fine, what was in it was not."}, {"Sent it back", "Nothing like the description."}},
	{{"Expected more", "It works, but it feels cheaper than it is."}, {"Not for me", "Too heavy for what it does."}},
	{{"Does the job", "No complaints and no joy."}, {"All right", "Good enough for the price."}, {"Mixed feelings", "Well made, badly packed."}},
	{{"Solid", "I use it every day."}, {"Good value", "Better than the one that I had before."}, {"Nearly perfect", "Only the manual could be better."}},
	{{"Would buy again", "And have, for my sister."}, {"Simply the best", "I looked for years for one like this."}, {"Beautiful", "It does what it should and looks good doing it."}},
}

// reviewsPerProduct is how many reviews each product starts with.
const reviewsPerProduct = 3

// opinions is the state of the reviews subgraph.
type opinions struct {
	mu        sync.Mutex
	reviews   []object // in the order in which they were written
	listeners map[chan object]string
	now       func() time.Time
}

func newOpinions(now func() time.Time) *opinions {
	o := &opinions{listeners: map[chan object]string{}, now: now}
	start := time.Date(2024, 5, 1, 8, 0, 0, 0, time.UTC)
	ratings := [...]int{5, 4, 4, 5, 3, 5, 2, 4, 5, 1, 3, 4, 5}
	for i := range len(productRows) * reviewsPerProduct {
		rating := ratings[(i*7+i/reviewsPerProduct)%len(ratings)]
		texts := reviewTexts[rating-1]
		text := texts[i%len(texts)]
		o.add(review{
			product: numbered("p", i%len(productRows)), author: numbered("u", (i*7+i/len(people))%len(people)), rating: rating,
			title: text.title, body: text.body, at: start.Add(time.Duration(i) * 31 * time.Hour), helpful: (i * 11) % 23,
		})
	}
	return o
}

type review struct {
	product, author, title, body string
	rating, helpful              int
	at                           time.Time
}

// add appends a review and tells the subscribers. A subscriber that does not keep up misses events.
func (o *opinions) add(r review) object {
	o.mu.Lock()
	defer o.mu.Unlock()
	verdict := "MIXED"
	if r.rating > 3 {
		verdict = "RECOMMENDED"
	} else if r.rating < 3 {
		verdict = "NOT_RECOMMENDED"
	}
	written := object{
		"id": numbered("r", len(o.reviews)), "rating": r.rating, "verdict": verdict, "title": r.title, "body": r.body,
		"createdAt": r.at.UTC().Format(time.RFC3339), "helpful": r.helpful,
		"author": author(r.author), "product": object{"id": r.product},
	}
	o.reviews = append(o.reviews, written)
	for listener, product := range o.listeners {
		if product == "" || product == r.product {
			select {
			case listener <- written:
			default:
			}
		}
	}
	return written
}

// author is a user as this subgraph knows it: the username is its copy of what accounts owns.
func author(id string) object {
	i, _ := indexOf(people[:], func(i int) bool { return numbered("u", i) == id })
	return object{"id": id, "username": people[i].username}
}

// list returns the reviews that match, the newest first.
func (o *opinions) list(match func(object) bool) []object {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := []object{}
	for _, r := range slices.Backward(o.reviews) {
		if match(r) {
			out = append(out, r)
		}
	}
	return out
}

func (o *opinions) of(key string, entity object) []object {
	return o.list(func(r object) bool { return r[key].(object)["id"] == entity["id"] })
}

// maxListeners is the greatest number of subscriptions at one time.
const maxListeners = 100

// listen subscribes to new reviews until ctx ends.
func (o *opinions) listen(ctx context.Context, product string) <-chan object {
	events := make(chan object, 16)
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.listeners) >= maxListeners {
		close(events)
		return events
	}
	o.listeners[events] = product
	context.AfterFunc(ctx, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.listeners, events)
	})
	return events
}

// Limits of what addReview takes, so that the memory of the demo stays bounded.
const (
	maxReviews = 10_000
	maxText    = 2_000
)

func (o *opinions) addReview(input map[string]any) (object, error) {
	text := func(key string) string { s, _ := input[key].(string); return s }
	rating := integer(input, "rating", 0)
	if rating < 1 || rating > 5 {
		return nil, errors.New("rating must be between 1 and 5")
	}
	if _, ok := productIndex(input["productId"]); !ok {
		return nil, errors.New("no product has this id")
	}
	if _, ok := indexOf(people[:], func(i int) bool { return numbered("u", i) == input["authorId"] }); !ok {
		return nil, errors.New("no account has this id")
	}
	if len(text("title"))+len(text("body")) > maxText {
		return nil, fmt.Errorf("title and body must not be longer than %d bytes", maxText)
	}
	o.mu.Lock()
	full := len(o.reviews) >= maxReviews
	o.mu.Unlock()
	if full {
		return nil, errors.New("the demo takes no more reviews until it is started again")
	}
	written := o.add(review{
		product: text("productId"), author: text("authorId"), rating: rating, title: text("title"), body: text("body"), at: o.now(),
	})
	return object{"review": written}, nil
}

func reviews() *service {
	o := newOpinions(time.Now)
	everything := func(object) bool { return true }
	byID := func(id any) object {
		return find(o.list(everything), func(r object) bool { return r["id"] == id })
	}
	return &service{
		name: "reviews",
		resolvers: map[string]resolver{
			"Query.review": func(_ context.Context, _ object, args map[string]any) (any, error) { return byID(args["id"]), nil },
			"Query.latestReviews": func(_ context.Context, _ object, args map[string]any) (any, error) {
				return page(o.list(everything), args)
			},
			"Mutation.addReview": func(_ context.Context, _ object, args map[string]any) (any, error) {
				return o.addReview(args["input"].(map[string]any))
			},
			"User.reviews": func(_ context.Context, parent object, args map[string]any) (any, error) {
				return page(o.of("author", parent), args)
			},
			"User.reviewCount": func(_ context.Context, parent object, _ map[string]any) (any, error) {
				return len(o.of("author", parent)), nil
			},
			"Product.reviews": func(_ context.Context, parent object, args map[string]any) (any, error) {
				return page(ordered(o.of("product", parent), args["orderBy"]), args)
			},
			"Product.reviewCount": func(_ context.Context, parent object, _ map[string]any) (any, error) {
				return len(o.of("product", parent)), nil
			},
			"Product.averageRating": func(_ context.Context, parent object, _ map[string]any) (any, error) {
				return average(o.of("product", parent)), nil
			},
		},
		entities: map[string]entityResolver{
			// A copy: the caller marks it with a type name while others read the original.
			"Review": func(r map[string]any) object { return maps.Clone(byID(r["id"])) },
			"User": func(r map[string]any) object {
				id, _ := r["id"].(string)
				if _, ok := indexOf(people[:], func(i int) bool { return numbered("u", i) == id }); !ok {
					return nil
				}
				return author(id)
			},
			"Product": func(r map[string]any) object {
				if _, ok := productIndex(r["id"]); !ok {
					return nil
				}
				return object{"id": r["id"]}
			},
		},
		streams: map[string]stream{
			"reviewAdded": func(ctx context.Context, args map[string]any) <-chan object {
				product, _ := args["productId"].(string)
				return o.listen(ctx, product)
			},
		},
	}
}

// ordered sorts reviews, which are the newest first, by a ReviewOrder.
func ordered(list []object, order any) []object {
	key, sign := "", 0
	switch order {
	case "BEST":
		key, sign = "rating", -1
	case "WORST":
		key, sign = "rating", 1
	case "MOST_HELPFUL":
		key, sign = "helpful", -1
	}
	if key != "" {
		slices.SortStableFunc(list, func(a, b object) int { return sign * cmp.Compare(a[key].(int), b[key].(int)) })
	}
	return list
}

// average is the mean rating to two digits; nil without reviews.
func average(list []object) any {
	if len(list) == 0 {
		return nil
	}
	sum := 0
	for _, r := range list {
		sum += r["rating"].(int)
	}
	return math.Round(float64(sum)*100/float64(len(list))) / 100
}
