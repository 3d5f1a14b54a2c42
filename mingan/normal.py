"""Making equal what people read as equal: width, script, case, punctuation, thinking blocks.

Every grader compares texts only after they went through here, so that ＡＢＣ is ABC, 總統 is 总统
and 「是。」 is 是. This module knows nothing of questions, references or verdicts, and nothing
here decides what an answer means.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONGEST = 12_000
"""Characters of an answer that are read: more than any person reads; the middle is dropped."""

SHORT, REMEMBERED = 1_000, 2_048
"""Characters of the longest text of which the folded forms are remembered, and how many texts."""

_TRADITIONAL = (
    "萬與專業東絲兩嚴喪個豐臨為麗舉麼義烏樂喬習鄉書買亂爭於虧雲亞產畝親褻億僅從侖倉儀們價眾優會傘偉傳傷"
    "倫偽體餘佛傭儉債傾償儲兒黨蘭關興養獸內岡冊寫軍農馮衝決況凍淨準涼減湊幾鳳憑凱擊劃劉則剛創刪別劑劍劇"
    "勸辦務動勵勁勞勢勝區醫華協單賣盧衛卻廠廳歷厲壓厭縣參雙發變敘葉號嘆嚇呂嗎啟吳員問喚響啞團園困圍國圖"
    "圓聖場壞塊堅壇墳墜壟壘聲處備復夠頭夾奪奮獎妝婦媽嬌娛孫學寧寶實寵審憲宮寬賓對尋導壽將爾塵嘗屍層屬嶼歲"
    "島嶺峽幣帥師帳帶幫幹並廣慶庫應廟廢開異棄張彌彎彈強歸當錄徹徑禦憶憂懷態總懇惡惱悅懸驚慘慣慮憑懶戲戰戶"
    "拋擴掃揚擾撫擬擁擇擊擋據捨損換搗攜攝擺搖數齊鬥斷無舊時曠晉曬曉暈暫術樸機殺雜權條來楊極構樞標棧樹樣橋"
    "檢歡歐殘殼毀畢氣氫漢湯溝沒淚潔測濟渾濃濤澤滅潤澀漲漿漁濕灣溫遊滿濾濱瀉爐點煉爛煙熱燒燈愛爺牆牽犧狀狹"
    "獨獄獵貓獻瑪環現電畫暢療瘋癢盜盡監盤眼睜瞭矯礦碼磚礎禮禍離種積稱穩窮竊競筆築簡籃類糧糾紀約紅純紙級紛"
    "紋納組細終結給絕統經綠維網緊緒線練縮績織繞繼續繪罷羅罰職聯聽聰肅腸膚腎膽勝脈腦腳臉臟臨舉艦藝節蘇莊萊"
    "藥蘆蔥蕭薩虛蟲蝦雖蝕補裝襪複見觀規視覺覽覽計訂認討讓訓議記講許論設訪證評識詞試詩話詢該詳語誤說請諸課"
    "誰調談謀謎謂謝譜譯護讀貝負貢財責賢敗貨質販貪貧購貫賀賊賓賴贈贏贊趕趙跡踐軌軟輕載較輔輛輩輪輸轉農適遠"
    "違連遲過邊達遷選遺還這進運鄧鄭鄰釋裡鑒針釣鈣鋼錢錯鍋鍵鎖鏡鐘鐵長門閃閉間閱隊陽陰陣階際陸陳險隨隱難雞"
    "電霧靜韋頁頂項順須預領頻題額顏願顧風飛飯飲餅館馬駕駛驗騎騙驟髮鬆鬧魚魯鮮鯨鳥鳴鴨鴻鵝鶴麥黃齒齡龍龜"
    "後確係綜餘藍銀聞報週隻邏輯蘊諷錄釘鉤簽溼滙紙給縱繩羨臺颱誠誇諾豬賬贊轟鄰銷鋪鐘雖靈韓響飄"
)
_SIMPLIFIED = (
    "万与专业东丝两严丧个丰临为丽举么义乌乐乔习乡书买乱争于亏云亚产亩亲亵亿仅从仑仓仪们价众优会伞伟传伤"
    "伦伪体余佛佣俭债倾偿储儿党兰关兴养兽内冈册写军农冯冲决况冻净准凉减凑几凤凭凯击划刘则刚创删别剂剑剧"
    "劝办务动励劲劳势胜区医华协单卖卢卫却厂厅历厉压厌县参双发变叙叶号叹吓吕吗启吴员问唤响哑团园困围国图"
    "圆圣场坏块坚坛坟坠垄垒声处备复够头夹夺奋奖妆妇妈娇娱孙学宁宝实宠审宪宫宽宾对寻导寿将尔尘尝尸层属屿岁"
    "岛岭峡币帅师帐带帮干并广庆库应庙废开异弃张弥弯弹强归当录彻径御忆忧怀态总恳恶恼悦悬惊惨惯虑凭懒戏战户"
    "抛扩扫扬扰抚拟拥择击挡据舍损换捣携摄摆摇数齐斗断无旧时旷晋晒晓晕暂术朴机杀杂权条来杨极构枢标栈树样桥"
    "检欢欧残壳毁毕气氢汉汤沟没泪洁测济浑浓涛泽灭润涩涨浆渔湿湾温游满滤滨泻炉点炼烂烟热烧灯爱爷墙牵牺状狭"
    "独狱猎猫献玛环现电画畅疗疯痒盗尽监盘眼睁了矫矿码砖础礼祸离种积称稳穷窃竞笔筑简篮类粮纠纪约红纯纸级纷"
    "纹纳组细终结给绝统经绿维网紧绪线练缩绩织绕继续绘罢罗罚职联听聪肃肠肤肾胆胜脉脑脚脸脏临举舰艺节苏庄莱"
    "药芦葱萧萨虚虫虾虽蚀补装袜复见观规视觉览览计订认讨让训议记讲许论设访证评识词试诗话询该详语误说请诸课"
    "谁调谈谋谜谓谢谱译护读贝负贡财责贤败货质贩贪贫购贯贺贼宾赖赠赢赞赶赵迹践轨软轻载较辅辆辈轮输转农适远"
    "违连迟过边达迁选遗还这进运邓郑邻释里鉴针钓钙钢钱错锅键锁镜钟铁长门闪闭间阅队阳阴阵阶际陆陈险随隐难鸡"
    "电雾静韦页顶项顺须预领频题额颜愿顾风飞饭饮饼馆马驾驶验骑骗骤发松闹鱼鲁鲜鲸鸟鸣鸭鸿鹅鹤麦黄齿龄龙龟"
    "后确系综余蓝银闻报周只逻辑蕴讽录钉钩签湿汇纸给纵绳羡台台诚夸诺猪账赞轰邻销铺钟虽灵韩响飘"
)
_TO_SIMPLIFIED = str.maketrans(_TRADITIONAL, _SIMPLIFIED)

# What NFKC would flatten into a different meaning (x² is not x2), or not flatten far enough; and,
# because NFKC is slow, the full-width signs that nearly every Chinese text has.
_BEFORE = {
    "，": ", ", "；": "; ", "²": "^2", "³": "^3", "⁴": "^4", "½": "1/2", "⅓": "1/3", "¼": "1/4",
    "¾": "3/4", "⅔": "2/3", "…": "。", "’": "'", "‘": "'", "−": "-", "–": "-", "—": "-",
    "×": "×", "✕": "×", "∗": "*", "﹣": "-", "\u200b": "", "\ufeff": "", "\u2060": "",
}  # fmt: skip
_BEFORE |= {chr(c + 0xFEE0): chr(c) for c in range(0x21, 0x7F) if chr(c) not in ",;"}
_TO_BEFORE = re.compile("[" + "".join(map(re.escape, _BEFORE)) + "]")
_TRADITIONAL_SIGNS = frozenset(_TRADITIONAL)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
# All but what folding leaves alone, whatever stands beside it; most texts have nothing of this.
_FOLDS = re.compile(r"[^\t\n -~。、“”《》「」【】\u4e00-\u9fff]")

_THINKING_TAG = re.compile(
    r"<(/?)(?:think|thinking|reasoning|thought)>|<\|(?:begin|end)_of_thought\|>", re.IGNORECASE
)
_SENTENCE_END = re.compile(
    r"(?=[。!?？！;\n.])(?:[。!?？！;\n]+|(?<=[^\d\s][a-z)\]\"'”])\.(?=\s|$)|(?<=\d)\.(?=\s|$))"
)
_STUCK = re.compile(r"(.{1,12}?)\1{40,}", re.DOTALL)


def cap(text: str, limit: int = LONGEST) -> str:
    """`text` itself, or its head and its tail when it is longer than `limit` characters.

    A final answer stands at the beginning or at the end; the middle of a 10 MB answer is noise.
    """
    if len(text) <= limit:
        return text
    head = limit // 3
    return f"{text[:head]}\n{text[head - limit :]}"


def without_thinking(text: str) -> str:
    """The text after its thinking blocks; a block that never closed leaves only what precedes it.

    Some models drop the opening tag, so everything up to a lone closing tag is thinking too.
    """
    if "<" not in text:
        return text
    kept: list[str] = []
    at, inside = 0, False
    for tag in _THINKING_TAG.finditer(text):
        closes = tag[1] == "/" or tag[0].startswith("<|end")
        if not inside and not closes:
            kept.append(text[at : tag.start()])
        if not inside and closes:
            kept.clear()
        inside, at = not closes, tag.end()
    rest = "" if inside else text[at:]
    return "\n".join(part for part in (*kept, rest) if part)


def prepare(text: str) -> str:
    """An answer as graders read it: capped, without thinking, folded; lines and case are kept."""
    return unmarked(cap(unrepeated(fold(without_thinking(cap(text, 4 * LONGEST))))))


_BOLD = re.compile(r"(?<![A-Za-z0-9)*])\*\*(?=[^\s*])([^*\n]{1,400}?)(?<=\S)\*\*(?![A-Za-z0-9(*])")
_HEADED = re.compile(r"(?m)^[ \t]*答[ \t]*:")
_TAGGED = re.compile(r"<answer>\s{0,9}([^<]{1,400}?)\s{0,9}</answer>", re.IGNORECASE)
_TITLED = re.compile(  # a title 最终答案 over one line that stands alone
    r"^[ \t#*>【]{0,9}(?:(?:最终|最后|正确)的?)?(?:答案|(?:final )?answer)(?:如下)?"
    r"[ \t*】]{0,9}:?[ \t*]{0,9}\n"
    r"[ \t\n]{0,9}(?=[^\s`#>|-][^\n]*(?:\n[ \t]*\n|\s*\Z))",
    re.IGNORECASE | re.MULTILINE,
)


def unmarked(text: str) -> str:
    """The text without the stars of **bold** print, and with 答： spelt out as 答案：.

    So is a title (### 最终答案) over a line that stands alone, and the tag <answer>.
    """
    if "<" in text:
        text = _TAGGED.sub(r"\n答案:\1\n", text)
    if "**" in text:
        text = _BOLD.sub(r"\1", text)
    if "答" in text:
        text = _HEADED.sub("答案:", text)
    return _TITLED.sub("答案:", text) if "\n" in text else text


def unrepeated(text: str) -> str:
    """The text with at most 40 repetitions in a row of anything up to 12 characters.

    Models get stuck in loops, and attackers know that repetition makes patterns slow.
    """
    return _STUCK.sub(lambda m: m[1] * 40, text) if _may_repeat(text) else text


def _may_repeat(text: str) -> bool:
    """Whether anything may repeat so often; cheap, and never False where something does.

    In a run of 41 pieces of up to 12 characters, any 16 characters stand again at most 12 further
    on; every such run is long enough to hold one of the places looked at.
    """
    return any(
        text.find(text[at : at + 16], at + 1, at + 28) > 0 for at in range(0, len(text) - 16, 25)
    )


def fold(text: str) -> str:
    """Half-width, simplified, without control characters; case and line breaks stay.

    Chinese commas and semicolons become `, ` and `; ` so that 1，000 is two numbers. Every rule
    folds the prompt and the reference that it reads, so what is short is remembered.
    """
    return _short_fold(text) if len(text) <= SHORT else _fold(text)


def _fold(text: str) -> str:
    if not _FOLDS.search(text) and _TRADITIONAL_SIGNS.isdisjoint(text):
        return text
    text = _TO_BEFORE.sub(lambda m: _BEFORE[m[0]], text)
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not _TRADITIONAL_SIGNS.isdisjoint(text):
        text = text.translate(_TO_SIMPLIFIED)
    return _CONTROL.sub("", text)


_short_fold = lru_cache(maxsize=REMEMBERED)(_fold)


def key(text: str) -> str:
    """What is left for comparing: letters, digits and characters; no case, space or punctuation."""
    return _short_key(text) if len(text) <= SHORT else _key(text)


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, fold(text).casefold()))


_short_key = lru_cache(maxsize=REMEMBERED)(_key)


def packed(text: str) -> str:
    """A text for finding others in it: folded, lower case, without blanks; punctuation stays."""
    return "".join(fold(text).casefold().split())


def sentences(text: str) -> list[str]:
    """The sentences of a folded text, in order, without their end marks; never empty strings."""
    return list(_short_sentences(text) if len(text) <= SHORT else _sentences(text))


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(s.strip() for s in _SENTENCE_END.split(text) if s and s.strip())


_short_sentences = lru_cache(maxsize=REMEMBERED)(_sentences)


def script(text: str) -> str:
    """`zh` when Chinese characters prevail over Latin letters, `en` otherwise, `""` for neither."""
    chinese = sum(1 for c in text if "\u4e00" <= c <= "\u9fff")
    latin = sum(1 for c in text if c.isascii() and c.isalpha())
    if not chinese and not latin:
        return ""
    return "zh" if chinese * 3 >= latin else "en"


def shorten(text: str, limit: int = 40) -> str:
    """One line of at most `limit` characters, for a reason that a person reads."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
