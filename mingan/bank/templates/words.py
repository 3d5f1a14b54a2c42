"""Lists of words that templates may draw from: people, places, things, all of our own choosing.

Within a list the words are of like length and play the same part in a sentence, so that one
instance of a template is as long and as hard as the next.
"""

from __future__ import annotations

_LISTS = {
    "NAMES": (
        "小林 小周 小吴 小郑 小冯 小陈 小蒋 小沈 小韩 小杨 小许 小何 小吕 小施 小孔 "
        "小曹 小严 小金 小魏 小姜 小戚 小谢 小邹 小苏 小潘 小葛 小范 小彭 小鲁 小韦 "
        "小马 小方 小俞 小任 小袁 小柳"
    ),
    "GIVEN": (
        "志远 雨桐 浩然 思琪 嘉禾 子墨 晓峰 若兰 文博 静怡 天佑 梦洁 建宁 秋实 海涛 "
        "丽华 振宇 春燕 明轩 佩珊 国栋 欣然 少卿 可馨"
    ),
    "ELDERS": (
        "老赵 老钱 老孙 老李 老周 老吴 老郑 老王 老冯 老陈 老褚 老卫 老蒋 老沈 老韩 "
        "老杨 老朱 老秦 老尤 老许"
    ),
    "FRUITS": (
        "苹果 香蕉 橙子 梨子 桃子 李子 杏子 柿子 葡萄 草莓 樱桃 荔枝 龙眼 芒果 木瓜 "
        "石榴 柚子 柠檬 山楂 蓝莓"
    ),
    "ANIMALS": (
        "老虎 狮子 大象 猴子 熊猫 兔子 狐狸 松鼠 刺猬 山羊 绵羊 水牛 骆驼 斑马 河马 "
        "犀牛 海豚 企鹅 孔雀 鸵鸟"
    ),
    "GOODS": (
        "铅笔 橡皮 直尺 书包 水杯 雨伞 毛巾 台灯 闹钟 相框 花瓶 靠垫 饭盒 筷子 茶壶 "
        "蜡烛 手套 围巾 袜子 拖鞋"
    ),
    "PLACES": (
        "公园 超市 学校 医院 车站 邮局 银行 书店 影院 菜场 码头 工厂 剧院 球场 泳池 "
        "茶馆 花店 药店 宾馆 广场"
    ),
    "CITIES": (
        "北京 上海 广州 深圳 南京 杭州 成都 武汉 西安 重庆 天津 苏州 长沙 青岛 大连 "
        "厦门 昆明 合肥 郑州 济南"
    ),
    "COLORS": "红 橙 黄 绿 蓝 紫 黑 白 灰 粉",
    "JOBS": ("医生 教师 律师 厨师 司机 会计 记者 画家 木匠 护士 警察 导游 裁缝 花匠 渔夫 农夫"),
    "STEMS": "甲 乙 丙 丁 戊 己 庚 辛 壬 癸",
    "BRANCHES": "子 丑 寅 卯 辰 巳 午 未 申 酉 戌 亥",
    "WEEKDAYS": "星期一 星期二 星期三 星期四 星期五 星期六 星期日",
    "LETTERS": "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z",
}

POOLS: dict[str, list[str]] = {name: words.split() for name, words in _LISTS.items()}
"""Every list, by the name that templates use for it."""
