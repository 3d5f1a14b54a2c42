from __future__ import annotations

from itertools import combinations

import pytest

from mingan.bank.games import reading
from mingan.bank.games.knowledge import table
from mingan.normal import key

# Whatever has the first property has the second; "-" denies it.
IMPLIES = [
    ("哺乳动物", "动物"), ("鸟", "动物"), ("鱼", "动物"), ("昆虫", "动物"), ("动物", "有生命"),
    ("动物", "-植物"), ("植物", "有生命"), ("植物", "-动物"), ("动物", "-人造"), ("植物", "-人造"),
    ("鸟", "有翅膀"), ("鸟", "下蛋"), ("鸟", "-哺乳动物"), ("哺乳动物", "-下蛋"),
    ("昆虫", "-鸟"), ("鱼", "会游泳"), ("鱼", "生活在水里"), ("四条腿", "有腿"), ("蔬菜", "能吃"),
    ("水果", "能吃"), ("水果", "食物"), ("蔬菜", "食物"), ("水果", "-人造"), ("能喝", "液体"),
    ("宠物", "动物"), ("家养", "动物"), ("吃肉", "动物"), ("吃草", "动物"), ("吃肉", "-吃草"),
    ("猫科", "哺乳动物"), ("犬科", "哺乳动物"), ("猫科", "-犬科"), ("猛禽", "鸟"), ("猛禽", "会飞"),
    ("候鸟", "鸟"), ("乐器", "人造"), ("家具", "人造"), ("交通工具", "人造"), ("用电", "人造"),
    ("穿戴", "人造"), ("文具", "人造"), ("餐厨用具", "人造"), ("建筑", "人造"), ("玩具", "人造"),
    ("体育用品", "人造"), ("工具", "人造"), ("用嘴吹", "乐器"), ("有琴弦", "乐器"),
    ("用弓拉", "有琴弦"), ("有屏幕", "用电"), ("上网用", "有屏幕"), ("两个轮子", "有轮子"),
    ("在轨道上行驶", "交通工具"), ("比汽车大", "比人大"), ("比人大", "比鸡蛋大"),
    ("比人大", "-单手可拿"), ("能放进口袋", "单手可拿"), ("单手可拿", "-比人大"),
    ("天体", "在天上"), ("天体", "-人造"), ("天气现象", "-人造"), ("天体", "-天气现象"),
    ("热带水果", "水果"), ("长在树上", "水果"), ("有大核", "水果"), ("含酒精", "能喝"),
    ("提神", "能喝"), ("戴在头上", "穿戴"), ("穿在脚上", "穿戴"), ("穿在下身", "穿戴"),
    ("手指上戴", "戴在手上"), ("戴在手上", "穿戴"), ("液体", "-硬"), ("树", "植物"), ("花", "植物"),
    ("用来照明", "发光"), ("玻璃", "-金属"), ("金属", "-木头"), ("纸", "-塑料"),
    ("产奶给人喝", "家养"),
    ("会酿蜜", "昆虫"), ("吸血", "昆虫"), ("凶猛", "动物"), ("建筑", "比人大"), ("瓜", "能吃"),
    ("衣服", "用来穿"), ("用来穿", "穿戴"), ("用来戴", "穿戴"), ("衣服", "-用来戴"),
    ("电器", "用电"), ("电子产品", "用电"), ("插电", "用电"), ("充电", "用电"), ("用电池", "用电"),
    ("家禽", "鸟"), ("家禽", "农场动物"), ("家畜", "哺乳动物"), ("家畜", "农场动物"),
    ("家畜", "-家禽"), ("家养", "-野生动物"), ("野生动物", "动物"), ("有羽毛", "鸟"),
    ("鸟", "有羽毛"),
    ("生活在海里", "水生动物"), ("水生动物", "动物"), ("水生动物", "-生活在陆地上"),
    ("脊椎动物", "动物"), ("哺乳动物", "脊椎动物"), ("鸟", "脊椎动物"), ("鱼", "脊椎动物"),
    ("昆虫", "-脊椎动物"), ("昆虫", "六条腿"), ("六条腿", "-四条腿"), ("灵长类", "哺乳动物"),
    ("软", "-硬"), ("硬", "-软"), ("液体", "-固体"), ("餐具", "餐厨用具"), ("厨具", "餐厨用具"),
    ("打击乐器", "乐器"), ("乐器", "和音乐有关"), ("球形", "-扁平"), ("球类", "体育用品"),
    ("摸得着", "看得见"), ("比人大", "比书包大"), ("比书包大", "比鸡蛋大"),
    ("比书包大", "-能放进书包"),
    ("能放进口袋", "能放进书包"), ("能放进口袋", "-比书包大"), ("水果", "-洗漱用品"),
    ("能坐很多人", "能载人"), ("在陆地上行驶", "交通工具"), ("洗漱用品", "用来清洁"),
    ("群居", "动物"), ("独居", "动物"), ("群居", "-独居"), ("弹拨", "有琴弦"), ("弹拨", "-用弓拉"),
    ("西洋乐器", "乐器"), ("西洋乐器", "-中国传统的"), ("铜管乐器", "用嘴吹"),
    ("黑白条纹", "有条纹"), ("黑白条纹", "黑白相间"), ("黑白相间", "-绿色"),
    ("无脊椎动物", "动物"), ("无脊椎动物", "-脊椎动物"), ("脊椎动物", "-无脊椎动物"),
    ("昆虫", "节肢动物"), ("甲壳类", "节肢动物"), ("节肢动物", "无脊椎动物"),
    ("软体动物", "无脊椎动物"), ("爬行动物", "脊椎动物"), ("两栖动物", "脊椎动物"),
    ("爬行动物", "冷血动物"), ("冷血动物", "-恒温动物"), ("恒温动物", "脊椎动物"),
    ("啮齿动物", "哺乳动物"), ("鸟", "有喙"), ("有蹄子", "四条腿"), ("生肖", "动物"),
    ("杂食", "动物"), ("多于四条腿", "-四条腿"), ("六条腿", "多于四条腿"), ("两条腿", "-四条腿"),
    ("比书包大", "比书大"), ("比书大", "比鸡蛋大"), ("比书大", "-能放进口袋"), ("有鳞片", "动物"),
    ("饮料", "能喝"), ("害虫", "昆虫"), ("机动车", "交通工具"), ("机动车", "有轮子"),
    ("笔", "文具"), ("用来切", "有刀刃"), ("有刀刃", "锋利"), ("刀具", "有刀刃"),
    ("用来锯", "有锯齿"), ("用来锯", "工具"), ("敲钉子", "工具"), ("灯", "用来照明"),
    ("书籍", "用来阅读"),
    ("管乐器", "用嘴吹"), ("铜管乐器", "管乐器"), ("冷藏食物", "能制冷"), ("大家电", "电器"),
    ("小家电", "电器"), ("大家电", "-小家电"), ("天气现象", "自然现象"), ("自然现象", "-人造"),
    ("含咖啡因", "能喝"), ("叮咬人", "-蜇人"), ("一个字", "-两个字"), ("两个字", "-三个字"),
    ("吃饭用", "餐具"), ("用来坐", "-用来躺"), ("水生植物", "植物"), ("候鸟", "迁徙"),
    ("主食", "食物"), ("用来写字", "文具"), ("在水上行驶", "交通工具"), ("飞到太空", "会飞"),
]  # fmt: skip


def test_the_table_is_large_and_every_cell_is_named() -> None:
    known = table()
    assert len(known.things) >= 150
    assert len(known.properties) >= 60
    for thing in known.things.values():
        assert set(thing.cells) <= set(known.properties)
        assert len(thing.cells) >= 60


def test_every_name_means_one_thing() -> None:
    names = [key(n) for t in table().things.values() for n in (t.name, *t.aliases)]
    assert len(names) == len(set(names))
    for thing in table().things.values():
        assert {table().thing(n) for n in (thing.name, *thing.aliases)} == {thing.name}


def test_every_two_things_differ_in_a_property_that_is_clear_of_both() -> None:
    alike = [
        (one.name, other.name)
        for one, other in combinations(table().things.values(), 2)
        if not any(other.cells.get(name, truth) is not truth for name, truth in one.cells.items())
    ]
    assert alike == []


def test_every_property_is_true_of_something_and_false_of_something() -> None:
    for name in table().properties:
        truths = {thing.cells.get(name) for thing in table().things.values()}
        assert {True, False} <= truths, name


@pytest.mark.parametrize(("one", "other"), IMPLIES)
def test_what_follows_is_true_too(one: str, other: str) -> None:
    name, wanted = other.lstrip("-"), not other.startswith("-")
    assert name in table().properties
    holding = [t for t in table().things.values() if t.cells.get(one)]
    assert holding
    assert [t.name for t in holding if t.cells.get(name, wanted) is not wanted] == []


@pytest.mark.parametrize(
    ("thing", "true", "false"),
    [
        ("大象", "动物 哺乳动物 比人大 长鼻子 四条腿 吃草 有尾巴", "会飞 吃肉 食物 有翅膀 宠物"),
        ("企鹅", "鸟 有翅膀 会游泳 下蛋", "会飞 哺乳动物"),
        ("蝙蝠", "哺乳动物 会飞 有翅膀 夜里活动", "鸟 下蛋"),
        ("鲸", "哺乳动物 生活在水里 会游泳 比汽车大", "鱼 有腿 下蛋"),
        ("蜘蛛", "动物 八条腿", "昆虫 有翅膀 会飞"),
        ("苹果", "水果 能吃 甜 长在树上", "人造 动物 辣 液体"),
        ("手机", "用电 有屏幕 能放进口袋 拍照用", "能吃 有轮子 比人大 有生命"),
        ("自行车", "有轮子 两个轮子 能载人 交通工具", "有发动机 会飞"),
        ("二胡", "乐器 有琴弦 用弓拉 中国传统的", "用嘴吹 用电"),
        ("太阳", "天体 发光 发热 在天上 比人大", "人造 有生命 绕地球转"),
        ("冰", "冰凉 硬", "液体 用电 发热"),
        ("筷子", "餐厨用具 成对使用 细长", "能吃 用电 有轮子"),
    ],
)
def test_what_everybody_knows(thing: str, true: str, false: str) -> None:
    assert [n for n in true.split() if table().true(thing, n) is not True] == []
    assert [n for n in false.split() if table().true(thing, n) is not False] == []


def test_unclear_cells_are_left_open() -> None:
    assert table().true("鸡", "会飞") is None
    assert table().true("番茄", "水果") is None
    assert table().true("狐狸", "吃肉") is None
    assert table().true("螃蟹", "四条腿") is None
    assert table().true("汽车", "红色") is None


def test_every_property_is_known_by_its_own_words_and_by_its_denial() -> None:
    for prop in table().properties.values():
        for predicate, affirms in ((prop.yes, True), (prop.no, False)):
            for words in (f"它{predicate}吗？", f"第 3 问：请问，这个东西{predicate}吗?"):
                (asked,) = reading.asked(words)
                found = table().asked(asked.predicate)
                assert found is not None, words
                assert found[0] == prop.name, words
                assert (found[1] is not asked.negated) is affirms, words


@pytest.mark.parametrize(
    ("words", "name", "truth"),
    [
        ("它是活的吗？", "有生命", True), ("它是不是生活在水里？", "生活在水里", True),
        ("它能在天上飞吗", "会飞", True), ("这个东西是人工制造的吗？", "人造", True),
        ("它是天然的吗？", "人造", False), ("它通常放在厨房里吗？", "厨房常见", True),
        ("它是金属制品吗？", "金属", True), ("它的主要材质是木头吗？", "木头", True),
        ("它的颜色是红色吗？", "红色", True), ("它有没有轮子？", "有轮子", True),
        ("它需要用电吗？", "用电", True), ("它会不会飞？", "会飞", True),
        ("它的体积比人大吗？", "比人大", True), ("它比人小吗？", "比人大", False),
        ("它是软的吗？", "软", True), ("它是食草动物吗？", "吃草", True),
        ("它可以用手拿起来吗？", "单手可拿", True), ("你想的东西是植物吗？", "植物", True),
        ("请问它属于哺乳类动物吗？", "哺乳动物", True), ("是一种水果吗？", "水果", True),
    ],
)  # fmt: skip
def test_free_questions_are_understood(words: str, name: str, truth: bool) -> None:
    (asked,) = reading.asked(words)
    assert table().asked(asked.predicate) == (name, truth)


@pytest.mark.parametrize(
    ("words", "read", "truth"),
    [
        ("它会飞而且有毛吗？", True, False), ("它是动物或植物吗？", True, True),
        ("它是动物还是植物？", False, None), ("它让人开心吗？", False, None),
        ("它会游泳和飞吗？", True, None), ("它是" + "很" * 300 + "大吗？", False, None),
    ],
)  # fmt: skip
def test_two_properties_at_once_are_read_one_by_one(
    words: str, read: bool, truth: bool | None
) -> None:
    (asked,) = reading.asked(words)
    assert table().answer("大象", asked.predicate)[0] is read
    if truth is not None:
        assert table().answer("大象", asked.predicate)[1] is truth


@pytest.mark.parametrize(
    ("thing", "words", "truth"),
    [
        # one wording must not be answered by a property that says more or less than it
        ("地铁", "它是家用电器吗？", False), ("手电筒", "它需要插电吗？", None),
        ("冰箱", "它需要充电吗？", False), ("戒指", "它是衣服吗？", False),
        ("牛", "它是家禽吗？", False),
        ("自行车", "它是野生的吗？", False), ("锤子", "它是打击乐器吗？", False),
        ("洋娃娃", "它是灵长类动物吗？", False), ("硬币", "它是球形的吗？", False),
        ("橙子", "它是球吗？", False), ("彩虹", "它摸得着吗？", False),
        ("闪电", "它是软的吗？", False),
        ("吸尘器", "它是洗漱用品吗？", False), ("金鱼", "它是海洋动物吗？", False),
        ("书", "它跟学习有关吗？", True), ("裤子", "它是戴在身上的吗？", False),
        ("苹果", "它是长在树上的水果吗？", True), ("土豆", "它是长在树上的水果吗？", False),
        ("冰箱", "它是厨房里用的电器吗？", True), ("大象", "它是吃草的动物吗？", True),
        ("鲸", "它是水生植物吗？", False), ("扫帚", "它是用来清洁身体的吗？", False),
        ("书包", "它是用来装水的吗？", None), ("手机", "它是大型家电吗？", False),
        ("锯子", "它是用来剪东西的吗？", False), ("菜刀", "它是用来剪东西的吗？", False),
        ("空调", "它能冷藏食物吗？", False), ("报纸", "它是书籍吗？", False),
        ("飞机", "它是机动车吗？", None),
        ("轮船", "它是机动车吗？", False), ("书", "它是学习用品吗？", True),
        ("床", "它是用来坐的吗？", None), ("椅子", "它是用来躺的吗？", None),
        ("椅子", "它能坐人吗？", True), ("汽车", "它能坐人吗？", True),
        ("蚊子", "它会蜇人吗？", False), ("蜜蜂", "它会蜇人吗？", True),
        ("老鼠", "它是四害之一吗？", True), ("老鼠", "它是害虫吗？", None),
        ("作业本", "它是笔吗？", False), ("蜡烛", "它是灯吗？", False),
        ("手机", "它是钱吗？", False),
        ("口琴", "它是管乐器吗？", None), ("电脑", "它能听音乐吗？", True),
        ("钢琴", "它有键盘吗？", None), ("太阳", "它是自然现象吗？", None),
        ("鼓", "它是用来敲钉子的吗？", False), ("斧头", "它是用来锯木头的吗？", False),
        ("菜刀", "它是用来做饭的吗？", True), ("桌子", "它是吃饭用的吗？", None),
        ("巧克力", "它含有咖啡因吗？", None), ("熊", "它的名字是一个字吗？", True),
        ("狐狸", "它是肉食性动物吗？", None), ("小提琴", "它是弹拨乐器吗？", False),
        ("吉他", "它是拨弦乐器吗？", True), ("二胡", "它是弓弦乐器吗？", True),
        ("苹果", "它是无脊椎动物吗？", False), ("苹果", "它是独居动物吗？", False),
        ("熊", "它是独居动物吗？", True), ("斑马", "它的毛色是黑白相间的吗？", True),
        ("老虎", "它身上有黑白条纹吗？", False), ("老虎", "它的皮毛上有条纹吗？", True),
        ("苹果", "它比一本书小吗？", True), ("大象", "它比人重吗？", True),
        ("苹果", "一只手能拿起它吗？", True), ("狼", "它喜欢成群生活吗？", True),
        ("狗", "它是活物吗，比如动物或植物？", True), ("麻雀", "它用两条腿走路吗？", True),
        ("大象", "它比 100 公斤重且会飞吗？", False), ("大象", "它不比人重吗？", True),
    ],
)  # fmt: skip
def test_a_wording_is_answered_as_it_is_meant(thing: str, words: str, truth: bool | None) -> None:
    (asked,) = reading.asked(words)
    assert table().answer(thing, asked.predicate) == (True, truth)


@pytest.mark.parametrize(
    "words",
    [
        "它会咬人吗？",
        "它能浮在水上吗？",
        "它有盖子吗？",
        "它对人有危险吗？",
        "它有核吗？",
        "它毛茸茸的吗？",
        "它会伤人吗？",
        "它在海里吗？",
        "它需要燃料吗？",
        "它和太空有关吗？",
        "它能直接吃吗？",
        "它能看新闻吗？",
        "它需要冷冻吗？",
    ],
)
def test_what_no_property_says_is_not_understood(words: str) -> None:
    (asked,) = reading.asked(words)
    assert table().answer("老虎", asked.predicate) == (False, None)
