"""What people call things, and the labels that models give them (COCO, ImageNet and plain scene words)."""

from __future__ import annotations

_ASKED = """
person people man woman human pedestrian child kid boy girl baby crowd stranger guest: person
crowd crowds: crowd
groom bridegroom: bridegroom
bike bicycle cycling cyclist: bicycle, bike, mountain bike, tandem bicycle
motorbike motorcycle motor-cycle: motorcycle, motorbike, moped, motor scooter
scooter moped vespa: moped, motor scooter, scooter
car automobile: car, sports car, convertible, jeep, limousine, minivan, station wagon, race car, taxicab, ford model t
taxi cab: taxicab, taxi
van minivan: minivan, moving van, van
truck lorry: truck, pickup truck, fire truck, garbage truck, tow truck, semi-trailer truck
fire-engine fire-truck: fire truck
camper rv caravan motorhome: recreational vehicle, mobile home
plane airplane aeroplane aircraft jet flight: airplane, airliner, plane, military aircraft, airplane wing
bus coach minibus: bus, school bus, minibus, trolleybus
tram streetcar trolley cable-car: tram, trolleybus
train railway locomotive: train, high-speed train, steam locomotive, electric locomotive, railroad car, freight car
vehicle traffic: car, bus, truck, motorcycle, bicycle, train
boat boating sailboat: boat, catamaran, motorboat, kayak, canoe, gondola, lifeboat, trimaran, yawl (boat), schooner, sailboat
ship ferry cruise-ship: boat, ship, ocean liner, container ship, ferry
kayak kayaking canoe canoeing paddling: kayak, canoe, paddle
sailing: boat, sailboat, schooner, catamaran, trimaran
gondola: gondola
bench: bench, park bench
bird birds: bird, robin, american robin, magpie, goldfinch, jay, parrot, pelican, flamingo, goose, drake (male
bird birds: duck), black swan, bald eagle, peafowl, hummingbird, toucan, ostrich, white stork
duck: duck, drake (male duck), red-breasted merganser
swan: swan, black swan
parrot: parrot, macaw, african grey parrot, lorikeet
peacock: peacock, peafowl
eagle: eagle, bald eagle
penguin: penguin, king penguin
seagull gull: bird, seagull
chicken hen rooster: chicken, hen, rooster
cat kitten kitty: cat, tabby cat, persian cat, siamese cat, egyptian mau
dog puppy pup doggy hound pooch: dog, golden retriever, labrador retriever, german shepherd dog, border collie, collie, beagle, pug
dog puppy pup doggy hound pooch: poodle, toy poodle, miniature poodle, standard poodle, husky, siberian husky, dalmatian, rottweiler
dog puppy pup doggy hound pooch: french bulldog, boxer, chihuahua, corgi, pembroke welsh corgi, pomeranian, samoyed, great dane
dog puppy pup doggy hound pooch: yorkshire terrier, basset hound, cocker spaniel, dobermann, whippet, weimaraner, vizsla
retriever: golden retriever, labrador retriever, flat-coated retriever
labrador lab: labrador retriever
poodle: toy poodle, miniature poodle, standard poodle, poodle
corgi: pembroke welsh corgi, cardigan welsh corgi, corgi
pet: dog, cat, hamster, guinea pig, rabbit, goldfish
animal: dog, cat, horse, cow, sheep, bird, elephant, bear, zebra, giraffe, pig, rabbit
horse pony: horse, common sorrel horse, pony
cow cattle bull: cow, ox, bull
sheep lamb: sheep, lamb, ram (adult male sheep)
pig piglet: pig
rabbit bunny hare: rabbit, cottontail rabbit, angora rabbit, hare
elephant: elephant, asian elephant, african bush elephant
bear: bear, brown bear, american black bear, polar bear
panda: panda, giant panda, red panda
monkey ape: monkey, macaque, baboon, chimpanzee, gorilla, orangutan
lion: lion
tiger: tiger
fish: fish, goldfish, tench, clownfish, lionfish
shark: shark, great white shark, tiger shark, hammerhead shark
whale: whale, grey whale, killer whale
dolphin: dolphin
turtle tortoise: turtle, loggerhead sea turtle, leatherback sea turtle, mud turtle, box turtle
snake: snake, garter snake, king snake
frog: frog, tree frog, tailed frog, american bullfrog
butterfly: butterfly, monarch butterfly, red admiral butterfly
bee: bee
squirrel: squirrel, fox squirrel
fox: fox, red fox
wolf: wolf, grey wolf
deer: deer, impala (antelope), gazelle
backpack rucksack: backpack
umbrella parasol: umbrella
handbag purse bag: handbag, purse, backpack, plastic bag, messenger bag
suitcase luggage baggage: suitcase
frisbee: frisbee
ski skis skiing skier: skis, ski
snowboard snowboarding: snowboard
ball: sports ball, ball, soccer ball, volleyball ball, tennis ball, golf ball, basketball, rugby ball
soccer football: soccer ball, sports ball, football, soccer, football helmet
basketball: basketball
baseball: baseball, baseball bat, baseball glove, baseball player
volleyball: volleyball, volleyball ball
golf golfing: golf ball, golf cart, golf
tennis: tennis racket, tennis ball, racket, tennis
kite: kite
skateboard skateboarding skater: skateboard
surfing surfboard surfer surf: surfboard, surfing
swim swimming swimmer pool swimming-pool: swimming pool, pool, swimming, swimming cap, swim trunks /
swim swimming swimmer pool swimming-pool: shorts, bikini, one-piece bathing suit
diving snorkeling snorkelling: scuba diver, snorkel
bottle: bottle, water bottle, wine bottle, beer bottle, soda bottle
wine: wine glass, red wine, wine bottle, wine
wine-glass: wine glass
beer: beer glass, beer bottle, beer
cup mug: cup, coffee mug, tea cup, measuring cup
coffee espresso cappuccino latte: coffee, espresso, coffee mug, coffeepot, cup
tea: tea, tea cup, teapot
cutlery silverware: fork, knife, spoon
bowl: bowl, soup bowl, mixing bowl
fruit: fruit, apple, banana, orange, strawberry, lemon, pineapple, fig, pomegranate
apple: apple, granny smith apple
vegetable: vegetable, broccoli, carrot, cabbage, cauliflower, cucumber, zucchini, bell pepper
sandwich: sandwich
burger hamburger cheeseburger: cheeseburger, hamburger, burger
hot-dog hotdog: hot dog
pizza: pizza
pasta spaghetti noodle: pasta, spaghetti, carbonara
donut doughnut: donut
cake birthday-cake: cake, birthday cake
birthday birthday-party: birthday, birthday cake, cake, balloon, party
ice-cream gelato: ice cream, popsicle
bread: bread, baguette, bagel, pretzel
food meal dinner lunch breakfast brunch snack dish dining cooking: food, pizza, sandwich, cake, donut, hot dog, plate, dining
food meal dinner lunch breakfast brunch snack dish dining cooking: table, cheeseburger, burrito, carbonara
food meal dinner lunch breakfast brunch snack dish dining cooking: ice cream, soup bowl, meal
turkey: turkey, roast turkey
chair seat armchair: chair, folding chair, rocking chair, armchair
sofa couch settee: couch, sofa
plant potted-plant houseplant: potted plant, plant, plant pot
flower flowers bouquet blossom: flower, daisy, vase, yellow lady's slipper, rapeseed, tulip, rose, sunflower, bouquet
rose: rose, flower
bed: bed, four-poster bed, infant bed
table dining-table: dining table, table, desk
toilet: toilet, toilet seat
tv television telly: tv, television, monitor
laptop computer notebook: laptop, laptop computer, notebook computer, desktop computer, computer
mouse: mouse, computer mouse
keyboard: keyboard, computer keyboard
phone cellphone smartphone telephone mobile cell-phone mobile-phone: cell phone, mobile phone, phone, rotary dial telephone
book: book, comic book, bookcase
clock: clock, wall clock, analog clock, digital clock
watch wristwatch: digital watch, watch
teddy teddy-bear: teddy bear
hat cap: hat, cowboy hat, sombrero, swimming cap
sunglasses shades: sunglasses
dress gown: dress, gown, hoop skirt
suit tie: suit, tie, windsor tie, bow tie
guitar: guitar, acoustic guitar, electric guitar
piano: piano, grand piano, upright piano
violin fiddle: violin
drum drums: drum, steel drum
music musician band instrument: guitar, acoustic guitar, electric guitar, piano, violin, drum, saxophone, trombone, stage, accordion
concert stage gig: stage, concert, microphone
fire campfire bonfire: fire, campfire, bonfire, torch
candle: candle
balloon: balloon
hot-air-balloon: balloon, hot air balloon
fireworks firework: fireworks
christmas-tree: christmas tree
pumpkin: pumpkin, carved pumpkin
present gift: gift, present
beach seaside seashore seafront coast shore coastline: beach, seashore, coast, sandbar, seaside, shore, promontory
sea ocean: sea, ocean, beach, seashore, coast, cliff, coral reef, promontory
lake lakeside lakeshore: lake, lakeshore, lakeside
river stream creek: river, stream, dam, viaduct
waterfall: waterfall
pond: pond
island: island
mountain mountains hill peak summit alp alps hiking hike trekking climbing: mountain, alp, cliff, valley, volcano, hiking, hill
volcano: volcano
cliff: cliff, promontory
valley: valley
forest woods woodland jungle: forest, woods, rainforest
tree: tree, forest
desert: desert, sand dune
field meadow: field, meadow, hay, rapeseed
garden gardening backyard yard: garden, greenhouse, flower, patio, backyard, yard
park: park, park bench
playground: playground, swing
zoo safari: zoo, elephant, giraffe, zebra, lion, tiger
farm: farm, barn, tractor, cow
snow snowy snowman: snow, ski, skis, snowmobile, snowplow, snowman
sunset: sunset
sunrise: sunrise
rain rainy: rain, umbrella
city town downtown skyline cityscape: city, street, skyline, skyscraper, downtown, traffic light
street road: street, road, traffic light, traffic or street sign
sign street-sign: stop sign, traffic or street sign, sign
bridge: bridge, suspension bridge, through arch bridge, viaduct
tower: tower, bell tower, water tower
lighthouse: lighthouse
castle: castle
palace: palace
church cathedral chapel: church, cathedral, chapel, altar, vaulted or arched ceiling
mosque: mosque
temple shrine pagoda: temple, stupa, monastery, shrine
monastery abbey: monastery
museum gallery: museum, gallery
library: library, bookcase
school classroom: school, classroom
hospital: hospital
restaurant diner bistro: restaurant, dining table
cafe coffee-shop: cafe, restaurant, coffee mug, espresso
bar pub: bar, pub, beer glass
bakery: bakery
shop store shopping supermarket: shop, store, grocery store, bookstore, shoe store, toy store, candy store, supermarket, shopping cart
market: market, grocery store
office: office, desk, desktop computer
kitchen: kitchen, oven, refrigerator, microwave, stove, sink
fridge refrigerator: refrigerator
bathroom: bathroom, toilet, bathtub
bedroom: bedroom, bed
living-room: living room, couch
house home-interior: house
airport: airport, airplane, airliner
station train-station: train station, station, train
harbor harbour port marina pier dock: harbor, pier, dock, boat, marina
tent camping campsite campfire: tent, camping, campsite
fountain: fountain
statue sculpture monument: statue, sculpture, obelisk, pedestal, triumphal arch, monument
carousel merry-go-round: carousel
stadium: stadium, scoreboard
theater theatre cinema: movie theater, theater, cinema
wedding bride: wedding, bridegroom, bride, gown
graduation: graduation, academic gown, graduation cap
party: party, balloon, cake
picnic barbecue bbq: picnic, barbecue
swing: swing
stairs staircase: stairs, staircase
door gate: door, gate, sliding door
window: window
lamp light: table lamp, lamp, spotlight
camera: camera, reflex camera, polaroid camera
tie: tie, bow tie, windsor tie
traffic-light: traffic light
fire-hydrant hydrant: fire hydrant
stop-sign: stop sign
wheelchair: wheelchair
barbie bbq barbecue barbeque grill cookout braai: barbecue grill, barbecue, grill, bbq, picnic
sandwich sanga sarnie butty toastie: sandwich
umbrella brolly: umbrella
dress frock sundress ballgown: dress, gown
trainer trainers sneaker sneakers running-shoe tennis-shoe plimsoll: sneakers, sneaker, running shoe, running shoes, footwear, shoe, shoes
shoe footwear: shoe, shoes, footwear, running shoe, sneakers, sandal, boot, high heels, clog, loafer
boot welly wellies wellington: boot, boots, cowboy boot
flip-flop thong jandal sandals: sandal, flip-flops
footy footie kickabout: soccer ball, sports ball, football, soccer, rugby ball, stadium, football stadium
roo kangaroo wallaby: kangaroo, wallaby
bush outback scrub: forest, bush, woods
forest wood rainforest: forest, woods, rainforest, bamboo forest
push-bike pushbike bike-ride bicycle-ride cyclist: bicycle, bike, mountain bike
chook: chicken, hen
ute pickup: pickup truck, truck
pram pushchair buggy stroller baby-carriage: stroller, baby stroller, baby carriage
swimsuit bikini bathers cozzie swimmers togs bathing-suit swimming-costume trunks: swimsuit, bikini, one-piece bathing suit
swimsuit bikini bathers cozzie swimmers togs bathing-suit swimming-costume trunks: swimwear, swim trunks / shorts
jumper pullover sweater cardigan hoodie: sweater, jumper, cardigan, sweatshirt, jersey
biscuit bickie cookie: cookie, biscuit
chips fries: french fries, chips
ice-lolly popsicle: popsicle, ice lolly
torch flashlight: flashlight, torch
mass prayer worship: church, chapel, cathedral, altar
glasses spectacle spectacles specs eyeglasses: eyeglasses, glasses, sunglasses
aubergine eggplant: eggplant, aubergine
courgette zucchini: zucchini, courgette
footpath pavement sidewalk: sidewalk, pavement, footpath, street
petrol-station gas-station: gas station, petrol station
pharmacy chemist drugstore: pharmacy
motorway highway freeway: highway, motorway, road
rubbish-bin trash-can dustbin: trash can, waste container, bin
faucet: faucet, tap
wardrobe closet: wardrobe, closet
pavilion gazebo: gazebo, pavilion
doggo doggie mutt: dog
moggy kittycat kitty-cat tomcat: cat
bunny-rabbit: rabbit
piggy: pig
pony: horse, pony
horseback horse-riding horseriding riding-a-horse: horse
birdie: bird
lorry: truck, lorry
choo-choo: train
aeroplane airliner jumbo: airplane, airliner, plane
chopper: helicopter
yacht dinghy sailing-boat rowing-boat rowboat speedboat narrowboat: boat, sailboat, yacht, motorboat, rowboat
sledge toboggan sleigh sledding: sled, sledge, toboggan, bobsled
teddy-bear plushie stuffed-animal cuddly-toy soft-toy stuffed-toy: stuffed toy, teddy bear, stuffed animal, plush toy
mobile-phone cellphone iphone handset: cell phone, mobile phone, phone
telly tele tv-set television-set: tv, television
macbook notebook-computer: laptop, computer
specs: glasses, eyeglasses
racquet racket: tennis racket, racket
birthday-candle: candle, birthday cake
sparkler firecracker pyrotechnics: fireworks
seaside sea-side waterfront: beach, seashore, coast, seaside, shore, promenade
cemetery graveyard churchyard burial-ground: cemetery, graveyard
square plaza piazza zocalo: plaza, square, town square
rooftop roof terrace roof-terrace: rooftop, roof terrace, terrace, roof
vineyard winery wine-region: vineyard, winery
backyard yard back-garden garden: backyard, yard, garden, lawn, patio
playground play-area jungle-gym: playground, swing, slide
eatery restaurant bistro brasserie trattoria taverna: restaurant, dining room
coffee-house coffeehouse cafe: cafe, coffee shop
classroom school lesson: classroom, school
living-room lounge sitting-room front-room: living room, couch
hill hilltop peak: mountain, hill
pyramid ruins: pyramid, ruins
bull rodeo bullfight: bull, ox
lawn: lawn, garden, grass
stadium arena sports-ground ballpark: stadium, arena
airport departure-lounge terminal: airport, airport terminal
subway underground metro: subway station, train, subway, metro
"""

_PLAIN = (
    "zebra giraffe fork knife spoon banana orange broccoli carrot vase scissors toaster sink oven microwave remote toothbrush "
    "skateboard airship tractor ambulance helicopter hammock ladder llama otter koala hedgehog hamster goat donkey camel "
    "kangaroo owl pigeon crab lobster jellyfish starfish strawberry pineapple lemon mushroom corn pretzel sushi salad soup "
    "steak pancake waffle cookie chocolate cheese egg rice trumpet saxophone flute harp microphone mirror pillow blanket "
    "curtain carpet basket bucket broom hammer drill tank rocket submarine parachute trampoline slide sandbox treehouse "
    "tunnel cave canyon glacier geyser rainbow cloud moon star sun mask costume necklace ring shoe sandal boot glove scarf "
    "coat jacket shirt jeans skirt bikini swimsuit puzzle chessboard toy doll robot windmill skyscraper ferris-wheel roller- "
    "coaster aquarium vineyard winery balcony terrace roof garage gym elevator escalator parade carnival festival dancing "
    "dance yoga karaoke circus fishing snowball sled sledding ice-skating skating picnic-table bathtub hot-tub lighthouse "
    "palm-tree cherry-blossom coral reef dune ferry canal "
)

NOT_HEADS = frozenset(
    {"hot dog", "teddy bear", "guinea pig", "computer mouse", "sea lion", "rose hip", "traffic light", "prairie dog", "water bear"}
    | {"tiger shark", "tiger beetle", "mountain bike", "golf ball", "soap dispenser", "car mirror", "car wheel", "airplane wing"}
    | {"wine glass", "fire truck"}
)
"""Labels that are not a kind of their last word (or not of their first)."""


def _spaced(word: str) -> str:
    return word.replace("-", " ")


def _table() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {_spaced(word): (_spaced(word),) for word in _PLAIN.split()}
    for line in _ASKED.strip().splitlines():
        words, _, labels = line.partition(":")
        for word in words.split():
            asked = _spaced(word)
            table[asked] = tuple(dict.fromkeys((*table.get(asked, ()), *(label.strip() for label in labels.split(",")), asked)))
    return table


LABELS_FOR: dict[str, tuple[str, ...]] = _table()
"""A word in the singular -> the labels that satisfy it."""
